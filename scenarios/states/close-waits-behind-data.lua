-- A CLOSE that waits behind data, and a FIN that waits behind a gap. RFC 9293 3.10.4, 3.10.7.4.
--
-- In CLOSE-WAIT the host has 200 octets to send, and the peer's window holds 100: CLOSE is taken, but the connection
-- stays in CLOSE-WAIT until the FIN can leave behind the last octet; only then is it in LAST-ACK. The
-- other way round the peer's FIN comes before the text that belongs in front of it: in FIN-WAIT-1 the host
-- keeps both, and moves when the gap is filled.
sim.scenario {
  title = "CLOSE behind data, FIN behind a gap",
  cites = { "RFC 9293 3.10.4", "RFC 9293 3.10.7.4", "SHLD-31" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

require("states").visit {
  host = host,
  peer = peer,
  states = { "CLOSE-WAIT", "FIN-WAIT-1" },
  with = function(at)
    if at.state == "FIN-WAIT-1" then
      at:sends("F.", 5, 5)
      at:draws(". 2:2(0) ack 1")
      expect.equal(at.conn.state, "FIN-WAIT-1")
      at:sends(".", 0, 5)
      at:draws(". 2:2(0) ack 12")
      expect.equal(at.conn.state, "CLOSING")
      return
    end
    peer:send(". 2:2(0) ack 1 win 100")
    sim.sleep("1ms")
    at.conn:send(200)
    at.conn:shutdown()
    expect.truthy(peer:expect(". 1:101(100) ack 2", { within = "1s" }))
    expect.equal(at.conn.state, "CLOSE-WAIT")
    peer:send(". 2:2(0) ack 101 win 1000")
    expect.truthy(peer:expect("FP. 101:201(100) ack 2"))
    expect.equal(at.conn.state, "LAST-ACK")
  end,
}
