-- What waits a little before it is sent, in each state: crumbs of data, and ACKs. RFC 9293 3.8.6.2.1, 3.8.6.3.
--
-- The peer's window has room for ten octets, and thirty wait. Silly window avoidance holds them back, and since
-- nothing is outstanding whose ACK could help, a timer ends the wait after some tenths of a second, in
-- ESTABLISHED and CLOSE-WAIT and, where CLOSE came first, in FIN-WAIT-1 and CLOSING. And a little text
-- that the peer sends is acknowledged after the delay of 200 ms, also in FIN-WAIT-1 and FIN-WAIT-2.
sim.scenario {
  title = "The override timer and delayed ACKs in each state",
  cites = { "RFC 9293 3.8.6.2.1", "RFC 9293 3.8.6.3", "MUST-38", "MUST-40", "SHLD-18", "RFC1122-7" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local states = require "states"
states.visit {
  host = host,
  peer = peer,
  states = { "ESTABLISHED", "CLOSE-WAIT" },
  with = function(at)
    peer:send((". %d:%d(0) ack %d win 10"):format(at.rcv_nxt, at.rcv_nxt, at.snd_nxt))
    sim.sleep("1ms")
    at.conn:send(30)
    at.conn:shutdown()
    if at.state == "ESTABLISHED" then -- once in FIN-WAIT-1, once in CLOSING
      expect.truthy(peer:expect_nothing("90ms"))
      expect.truthy(peer:expect(". 1:11(10) ack 1", { within = "900ms" }))
      peer:send("F. 1:1(0) ack 11 win 10")
      expect.truthy(peer:expect(". 11:11(0) ack 2", { within = "1ms" }))
      expect.equal(at.conn.state, "CLOSING")
    end
    expect.truthy(peer:expect_nothing("90ms"))
    local first = at.conn:info().snd_nxt
    expect.truthy(peer:expect((". %d:%d(10)"):format(first, first + 10), { within = "900ms" }))
  end,
}

local reader = sim.host("reader", { address = "10.0.1.1" })
local writer = sim.host("writer", { tcp = false, address = "10.0.1.2" })
sim.link(reader, writer)
states.visit {
  host = reader,
  peer = writer,
  states = { "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2" },
  with = function(at)
    at:sends(".", 0, 10)
    expect.truthy(writer:expect_nothing("199ms"))
    at:draws((". %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt + 10))
  end,
}
