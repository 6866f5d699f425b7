-- A mark when there is nothing left to halve. RFC 3168 6.1.2.
--
-- A sender whose congestion window is one segment cannot send less than that at a time, but it can send later: an
-- ECE then restarts the retransmission timer, and the next segment leaves when it fires, as after a timeout, though
-- nothing was lost. Here the initial window is one segment, the router marks the first, and the second waits.
sim.scenario {
  title = "ECN: with a window of one segment the next one waits",
  cites = { "RFC 3168 6.1.2", "RFC3168-12" },
}

local client = sim.host("client", { address = "10.0.0.1", ecn = "on", initial_window = 1, mss = 1000 })
local server = sim.host("server", { address = "10.0.0.2", ecn = "passive", mss = 1000, delayed_ack = false })
sim.link(client, server, { delay = "10ms" })
sim.rewrite { from = client, pattern = ". 1:1001(1000)", with = function(segment) segment.tos = 3 end }

server:app(function() expect.equal(server:listen(80):accept():discard(2000), 2000) end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send(2000)
  sim.sleep("500ms")
  expect.equal(conn:info().snd_una, 1001) -- acknowledged, with ECE
  expect.equal(conn:info().snd_nxt, 1001) -- and nothing follows
end)

expect.segment("0.030 server > client: .E 1:1(0) ack 1001")
expect.segment("1.040 client > server: P.W 1001:2001(1000)")
expect.count("client > server: . 1:1001(1000)", 1) -- it was not lost
