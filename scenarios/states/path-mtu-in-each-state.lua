-- "Fragmentation needed" in each state in which data can be out. RFC 9293 3.7.2, 3.9.2.2, RFC 1191 6.4.
--
-- The host has sent a segment of 536 octets, and in three of the five states its FIN. A router says that
-- only packets of 340 octets pass. Whatever the state, what was lost goes again at once, in segments of
-- 300 octets at most, and that is no congestion: the window stays as it was.
sim.scenario {
  title = "A path's MTU in each state",
  cites = { "RFC 9293 3.7.2", "RFC 9293 3.9.2.2", "RFC 1191", "MUST-54" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local cwnd
require("states").visit {
  host = host,
  peer = peer,
  states = { "ESTABLISHED", "FIN-WAIT-1", "CLOSE-WAIT", "CLOSING", "LAST-ACK" },
  before = function(at)
    at.conn:send(536)
    expect.truthy(peer:expect("P. 1:537(536)"))
    at.withholds = true
    cwnd = at.conn:info().cwnd
  end,
  with = function(at)
    sim.icmp { from = peer, to = host, type = "fragmentation needed", mtu = 340, about = at.conn }
    expect.truthy(peer:expect(". 1:301(300)", { within = "1ms", next = true }))
    expect.truthy(peer:expect("P. 301:537(236)", { within = "1ms", next = true }))
    expect.equal(at.conn:info().path_mtu, 340)
    expect.equal(at.conn:info().cwnd, cwnd)
    expect.equal(at.conn.state, at.state)
  end,
}
