-- A FIN that comes again, before its turn, or with our SYN's answer. RFC 9293 3.10.7.4, eighth check.
--
-- In FIN-WAIT-1 the peer's FIN arrives behind a gap: it is kept with its text, and counts when the gap
-- is filled. In CLOSING the peer repeats its FIN, now with the ACK of ours: its number is old, so that the
-- ACK alone decides nothing here, it draws an ACK, and the next one moves us on. In LAST-ACK a repeated
-- FIN draws an ACK as well. None of them is counted twice.
sim.scenario {
  title = "FINs that come early or again",
  cites = { "RFC 9293 3.10.7.4", "RFC 9293 3.6", "SHLD-31" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

require("states").visit {
  host = host,
  peer = peer,
  states = { "FIN-WAIT-1", "CLOSING", "LAST-ACK" },
  with = function(at)
    if at.state == "FIN-WAIT-1" then
      at:sends("F.", 5, 5, 2)
      at:draws(". 2:2(0) ack 1")
      expect.equal(at.conn.state, "FIN-WAIT-2")
      at:sends(".", 0, 5, 2)
      at:draws(". 2:2(0) ack 12")
      expect.equal(at.conn.state, "TIME-WAIT")
      return
    end
    at:sends("F.", -1, 0, at.state == "CLOSING" and 2 or 1)
    at:draws(". 2:2(0) ack 2")
    expect.equal(at.conn:info().rcv_nxt, 2)
    if at.state == "CLOSING" then
      at:sends(".", 0, 0, 2)
      at:draws_nothing()
      expect.equal(at.conn.state, "TIME-WAIT")
    end
  end,
}
