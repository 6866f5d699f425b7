-- No RTO is nearer to the round trip than a tick of the clock that measured it. RFC 6298 (2.3), RFC 7323 G.
--
-- Every round trip takes 20 ms, so with each sample RTTVAR shrinks, and 4 RTTVAR with it. The timestamps tick
-- once in 10 ms; what they measure is no finer. So the RTO comes down to SRTT and one tick, 30 ms, and
-- stays there; without the tick it would come to lie on the round trip itself, and fire at the
-- first ACK that is late by nothing worth the name.
sim.scenario {
  title = "RTO: SRTT and at least a tick",
  cites = { "RFC6298-8", "RFC6298-3", "RFC 6298 (2.3)" },
}

local client = sim.host("client", {
  address = "10.0.0.1", timestamps = true, timestamp_clock = "10ms", rto_min = "1ms", nagle = false,
})
local server = sim.host("server", { address = "10.0.0.2", timestamps = true, delayed_ack = false })
sim.link(client, server, { delay = "10ms" })

server:app(function() server:listen(80):accept():recv_all(60 * 100) end)
client:app(function()
  local conn = client:connect(server, 80)
  for _ = 1, 60 do
    conn:send(100)
    sim.sleep("40ms")
  end
  local info = conn:info()
  expect.near(info.srtt, 0.020, 1e-4)
  expect.truthy(4 * info.rttvar < 0.010)
  expect.near(info.rto, info.srtt + 0.010, 1e-9)
  expect.equal(info.total_retransmits, 0)
end)
