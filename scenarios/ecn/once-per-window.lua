-- One window, one reduction, however many marks. RFC 3168 6.1.2.
--
-- All ten segments of a window are marked. Ten ACKs bear ECE; the first halves the window, the nine
-- others do nothing: they tell of the same congestion. CWR goes out on the first new segment and on
-- no other; from its arrival on the ACKs are without ECE. The next mark is news again.
sim.scenario {
  title = "ECN: once for each window",
  cites = { "RFC 3168 6.1.2", "RFC3168-10", "RFC3168-11", "RFC3168-13", "RFC3168-15" },
}

local client = sim.host("client", { address = "10.0.0.1", ecn = "on", initial_window = 10, mss = 1000 })
local server = sim.host("server",
  { address = "10.0.0.2", ecn = "passive", mss = 1000, delayed_ack = false })
sim.link(client, server, { delay = "50ms", rate = "10mbit" })

sim.rewrite { -- a router on the way
  pattern = "client > server: .", match = function(segment) return segment.len > 0 end, count = 10,
  with = function(segment) segment.tos = segment.tos | 3 end,
}

server:app(function()
  local conn = server:listen(80):accept()
  conn:discard()
  expect.equal(conn:info().ce_segments, 10)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(25000)
  conn:shutdown()
  sim.sleep(0.215 - sim.now()) -- the ten ACKs are there
  expect.equal(conn:info().cwnd, 5000, { shows = "RFC3168-11" })
  expect.equal(conn:info().ece_acks, 10)
  expect.equal(conn:recv(), nil)
  conn:close()
end)

expect.count("server > client: .E", 10)
expect.count("client > server: .W", 1)
expect.segment "client > server: .W 10001:11001(1000)"
expect.no_segment("server > client: .E", { after = 0.26 })
