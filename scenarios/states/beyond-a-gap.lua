-- Text that begins beyond RCV.NXT, in each state. RFC 9293 3.10.7.4, first and seventh check.
--
-- In the states in which text can still come the octets are kept, and an ACK asks at once for what is missing.
-- When the gap is filled all is acknowledged. Where the peer has already sent its FIN there can be nothing
-- beyond it: the segment is ignored, and nothing of it is ever delivered. In SYN-RECEIVED the ACK
-- that such a segment brings completes the handshake; its octets wait like any others.
sim.scenario {
  title = "Text beyond a gap in each state",
  cites = { "RFC 9293 3.10.7.4", "SHLD-31", "MAY-13" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local takes_text = { ["ESTABLISHED"] = true, ["FIN-WAIT-1"] = true, ["FIN-WAIT-2"] = true }
require("states").visit {
  host = host,
  peer = peer,
  with = function(at)
    at:sends(".", 5, 5)
    if takes_text[at.state] then
      local ack = (". %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt)
      at:draws(ack)
      at:sends(".", 0, 5)
      at:draws((". %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt + 10))
      expect.equal(#at.conn:recv(), 10)
    else
      if at.state == "SYN-RECEIVED" then peer:expect(".") else at:draws_nothing() end
      expect.equal(at.conn:info().unread, 0)
    end
  end,
}
