-- Two losses, two reductions. RFC 5681 4.3.
--
-- Congestion that goes on must be answered again. One segment of the first window is lost: fast retransmit
-- halves ssthresh, from what is under way. After the recovery one segment of the next window is lost: so few
-- are under way then that the timer has to find it, and ssthresh falls once more. Losses within one window would
-- have counted as one.
sim.scenario {
  title = "A loss in each of two windows",
  cites = { "RFC 5681 3.2", "RFC 5681 4.3", "RFC5681-20", "RFC5681-14" },
}

local client = sim.host("client", { address = "10.0.0.1", initial_window = 16 })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, delayed_ack = false })
sim.link(client, server, { delay = "50ms" })
sim.drop { from = client, pattern = ". 1001:2001(1000)", nth = 1 }
sim.drop { from = client, pattern = ". 24001:25001(1000)", nth = 1 }

server:app(function() expect.equal(server:listen(80):accept():discard(), 60000) end)
local conn
client:app(function()
  conn = client:connect(server, 80)
  expect.equal(conn:info().cwnd, 16000)
  conn:send(60000)
  conn:close()
end)

local first
expect.at("250ms", function()
  first = conn:info().ssthresh
  expect.near(first, 8000, 1000)
end)
expect.at("1s", function()
  expect.truthy(first > 2000)
  expect.equal(conn:info().ssthresh, 2000)
end)
expect.count("client > server: . 1001:2001(1000)", 2)
expect.count("client > server: . 24001:25001(1000)", 2)
