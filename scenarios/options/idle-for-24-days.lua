-- After 24 days of silence the last timestamp says nothing any more. RFC 7323 5.5.
--
-- A clock of 1 ms passes half of its range in 24.8 days: a value that is really newer would look older
-- then. The peer is silent for 24.5 days, and its clock, a little fast, has gone on by more than 2^31.
-- Without the rule its next segment would be an old duplicate, and the connection could never be used
-- again.
sim.scenario {
  title = "TS.Recent grows old",
  cites = { "RFC 7323 5.5", "RFC7323-20" },
  limit = "700h",
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true, delayed_ack = false })
sim.link(peer, server, { delay = "1ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(10), 10)
  expect.equal(conn:info().ts_recent, 1000)
  expect.equal(conn:discard(10), 10)
  expect.equal(conn:info().ts_recent, 2161001000)
end)

peer:app(function()
  peer:send("S 0:0(0) <mss 1460,TS val 1000 ecr 0>", { to = server, sport = 4000, dport = 80 })
  peer:expect("S. 0:0(0) ack 1")
  peer:send(". 1:1(0) ack 1 <TS val 1000 ecr 0>")
  peer:send("P. 1:11(10) ack 1 <TS val 1000 ecr 0>")
  peer:expect(". 1:1(0) ack 11")
  sim.sleep(2116800)
  peer:send("P. 11:21(10) ack 1 <TS val 2161001000 ecr 0>") -- 2^31 and more beyond 1000
  expect.truthy(peer:expect(". 1:1(0) ack 21", { within = "1s" }))
end)
