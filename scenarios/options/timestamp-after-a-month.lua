-- A timestamp that is too old to compare with. RFC 7323 5.5.
--
-- Timestamps are compared modulo 2^32: a clock of a millisecond turns half of that in 24.8 days. A connection
-- that was idle for longer would take everything for old, for another 24.8 days. So what was remembered is
-- forgotten after 24 days without a segment: the peer's clock, half a turn and a little further on, is
-- believed again. After 23 days the same step back would have been an old duplicate.
sim.scenario {
  title = "PAWS forgets after 24 days",
  cites = { "RFC 7323 5.5", "RFC7323-20", "RFC7323-17" },
  limit = "1000h",
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true, timestamp_offset = 0, delayed_ack = false })
sim.link(peer, server)

server:app(function() expect.equal(server:listen(80):accept():discard(20), 20) end)

peer:app(function()
  peer:send("S 0:0(0) win 1000 <mss 1460,TS val 1000 ecr 0>", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 1:1(0) ack 1 win 1000 <TS val 1000 ecr 0>")
  peer:send("P. 1:11(10) ack 1 win 1000 <TS val 1001 ecr 0>")
  expect.truthy(peer:expect(". 1:1(0) ack 11"))
  sim.sleep(23 * 24 * 3600)
  peer:send("P. 11:21(10) ack 1 win 1000 <TS val 900 ecr 0>")
  expect.truthy(peer:expect(". 1:1(0) ack 11")) -- an old duplicate
  sim.sleep(1 * 24 * 3600 + 1)
  peer:send("P. 11:21(10) ack 1 win 1000 <TS val 900 ecr 0>")
  expect.truthy(peer:expect(". 1:1(0) ack 21"))
  peer:send("R 21:21(0)")
end)
