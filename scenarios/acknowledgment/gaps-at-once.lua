-- Out of order is answered at once, in order may wait. RFC 5681 4.2, RFC 9293 3.10.7.4, 3.8.6.3.
--
-- A peer played by the script sends small segments, 50 ms apart. What comes in order waits up to 200 ms
-- for company. A segment beyond a gap is kept and draws an ACK at once, which tells what is missing; one that
-- fills a part of the gap does too, and one that fills it acknowledges all that was kept. Never are
-- there two ACKs for one segment.
sim.scenario {
  title = "ACKs that wait, and ACKs that must not",
  cites = { "RFC 5681 4.2", "RFC 9293 3.10.7.4", "RFC5681-13", "RFC5681-18", "RFC5681-19", "SHLD-31", "MAY-13", "MUST-40", "SHLD-18", "RFC6582-10" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(peer, server)

server:app(function() expect.equal(server:listen(80):accept():discard(500), 500) end)

local function at_once(segment, answer)
  peer:send(segment)
  expect.truthy(peer:expect(answer, { within = "1ms", next = true }))
  expect.truthy(peer:expect_nothing("49ms"), { shows = "RFC5681-19" })
end

peer:app(function()
  peer:send("S 0:0(0) win 65535", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 1:1(0) ack 1 win 65535")
  peer:send(". 1:101(100) ack 1 win 65535")
  expect.truthy(peer:expect_nothing("199ms"))
  expect.truthy(peer:expect(". 1:1(0) ack 101", { within = "2ms" }))

  at_once(". 201:301(100) ack 1 win 65535", ". 1:1(0) ack 101")
  at_once(". 401:501(100) ack 1 win 65535", ". 1:1(0) ack 101")
  at_once(". 101:201(100) ack 1 win 65535", ". 1:1(0) ack 301") -- a part of the gap
  at_once(". 301:401(100) ack 1 win 65535", ". 1:1(0) ack 501")
  peer:send("R 501:501(0)")
end)
