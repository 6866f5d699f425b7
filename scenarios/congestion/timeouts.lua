-- A timeout, and a second one of the same segment. RFC 5681 3.1, RFC 6298 (5.4) to (5.6).
--
-- Four segments are under way when the path fails. The first timeout takes that for congestion: ssthresh
-- becomes half of what was under way, the window one segment, and only the earliest segment is
-- repeated. The second timeout doubles the RTO again, but leaves ssthresh alone: nothing new was
-- learnt. When the path heals, one ACK tells that the three others had arrived, and the window opens from one.
sim.scenario {
  title = "Timeouts: ssthresh once, the window to one segment",
  cites = {
    "RFC 5681 3.1", "RFC 6298 5", "RFC5681-9", "RFC5681-10", "RFC5681-11", "RFC8961-6", "RFC8961-7",
    "RFC6298-13", "RFC6298-14",
  },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, pattern = ". 1:1001(1000)", nth = { 1, 2 } }
sim.drop { from = server, flags = ".", before = "2.5s" } -- and no ACK comes back

local conn
server:app(function() expect.equal(server:listen(80):accept():discard(), 8000) end)
client:app(function()
  conn = client:connect(server, 80)
  conn:send(8000)
  conn:close()
end)

local function at(time, cwnd, ssthresh, rto)
  expect.at(time, function()
    local info = conn:info()
    expect.equal(info.cwnd, cwnd)
    expect.equal(info.ssthresh, ssthresh)
    expect.near(info.rto, rto, 1e-9)
  end)
end
at("1.030s", 1000, 2000, 2)
at("3.030s", 1000, 2000, 4)

expect.exchange [[
  ...
  0.020 client > server: . 1:1001(1000)
  0.020 client > server: . 1001:2001(1000)
  0.020 client > server: . 2001:3001(1000)
  0.020 client > server: . 3001:4001(1000)
  0.030 server > client: . 1:1(0) ack 1       # three, that nobody gets
  0.030 server > client: . 1:1(0) ack 1
  0.030 server > client: . 1:1(0) ack 1
  1.020 client > server: . 1:1001(1000)       # the earliest alone
  3.020 client > server: . 1:1001(1000)
  3.030 server > client: . 1:1(0) ack 4001
  ...
]]
