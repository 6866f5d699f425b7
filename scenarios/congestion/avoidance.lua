-- Congestion avoidance: one segment a round trip, counted in octets. RFC 5681 3.1.
--
-- A timeout has set ssthresh to two segments, so the sender soon leaves slow start. From there on the
-- window grows by one segment when a whole window of octets has been acknowledged, however many
-- ACKs that took: cwnd stays at 2000 until 2000 octets are acknowledged, then at 3000 for 3000.
sim.scenario {
  title = "Congestion avoidance counts octets",
  cites = { "RFC 5681 3.1", "RFC5681-8", "RFC5681-7", "RFC5681-9", "RFC5681-11" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(peer, server)

local conn
server:app(function()
  conn = server:listen(80):accept()
  conn:send(30000)
  conn:wait("CLOSED", "1h")
end)

local function cwnd_after(acked)
  peer:send(". 1:1(0) ack " .. acked .. " win 65535")
  sim.sleep("1ms")
  return conn:info().cwnd
end

peer:app(function()
  peer:send("S 0:0(0) win 65535 <mss 1000>", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 1:1(0) ack 1 win 65535")
  expect.truthy(peer:expect(". 1:1001(1000)", { within = "1ms" }))
  expect.truthy(peer:expect(". 1:1001(1000)", { within = "2s" })) -- 4000 were under way; after the timeout
  sim.sleep("1ms")
  expect.equal(conn:info().cwnd, 1000)
  expect.equal(conn:info().ssthresh, 2000)
  expect.equal(cwnd_after(1001), 2000) -- slow start reaches ssthresh
  expect.equal(cwnd_after(2001), 2000)
  expect.equal(cwnd_after(2501), 2000)
  expect.equal(cwnd_after(3001), 3000) -- 2000 octets since
  expect.equal(cwnd_after(4001), 3000)
  expect.equal(cwnd_after(5001), 3000, { shows = "RFC5681-7" })
  expect.equal(cwnd_after(6001), 4000)
  peer:send("R 1:1(0)")
end)
