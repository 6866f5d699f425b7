-- After a pause the sender does not trust its old window. RFC 5681 4.1.
--
-- In the first transfer the window grows to twenty segments and more. Then nothing is sent for three seconds,
-- longer than the RTO, and nobody knows what the network looks like now: the next transfer begins with
-- the initial window of four, though nothing was lost. A pause shorter than the RTO changes nothing.
sim.scenario {
  title = "The window after a pause",
  cites = { "RFC 5681 4.1", "RFC5681-17" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, delayed_ack = false })
sim.link(client, server, { delay = "50ms", forward = { rate = "100mbit" } })

server:app(function() server:listen(80):accept():discard() end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(40000)
  sim.sleep("900ms")
  expect.truthy(conn:info().cwnd > 20000)

  conn:send(10000) -- not a second since the last segment: all ten leave at once
  sim.sleep("90ms") -- less than a round trip
  expect.equal(conn:info().snd_nxt, 50001)

  sim.sleep("3s")
  conn:send(10000)
  sim.sleep("90ms")
  expect.equal(conn:info().snd_nxt, 54001)
  conn:close()
end)
