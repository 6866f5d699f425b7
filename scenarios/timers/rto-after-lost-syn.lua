-- A SYN that had to be repeated makes the sender careful: data begin with an RTO of 3 s. RFC 6298 (5.7).
--
-- The first SYN is lost, so the SYN,ACK that comes gives no sample (it could answer either SYN), and one second
-- was perhaps too short for this path. The first segment of data is lost too: it is repeated
-- three seconds later. From then on the doubling goes on from there, and stops at rto_max.
sim.scenario {
  title = "RTO of 3 s after a lost SYN",
  cites = { "RFC 6298 5.7", "RFC1122-5", "RFC6298-5", "RFC6298-6", "RFC6298-14", "RFC6298-15", "RFC6298-16", "RFC8961-5", "RFC8961-7", "RFC8961-9" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, flags = "S", nth = 1 }
sim.drop { from = client, pattern = "P. 1:101(100)", nth = { 1, 2, 3, 4, 5, 6, 7 } }

server:app(function() expect.equal(server:listen(80):accept():discard(100), 100) end)
client:app(function()
  local conn = client:connect(server, 80)
  expect.near(conn:info().rto, 3, 1e-9, { shows = "RFC6298-6" })
  expect.truthy(conn:info().rto > 1, { shows = "RFC8961-5" }) -- the 20 ms of the second SYN are no sample
  conn:send(100)
  conn:close()
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  1.000 client > server: S 0:0(0)
  1.010 server > client: S. 0:0(0) ack 1
  1.020 client > server: . 1:1(0) ack 1
  1.020 client > server: P. 1:101(100) ack 1
  1.020 client > server: F. 101:101(0) ack 1
  1.030 server > client: . 1:1(0) ack 1
  4.020 client > server: P. 1:101(100) ack 1     # 3 s
  10.020 client > server: P. 1:101(100) ack 1    # 6 s
  22.020 client > server: P. 1:101(100) ack 1    # 12 s
  46.020 client > server: P. 1:101(100) ack 1    # 24 s
  94.020 client > server: P. 1:101(100) ack 1    # 48 s
  154.020 client > server: P. 1:101(100) ack 1   # 60 s: no more than that
  214.020 client > server: P. 1:101(100) ack 1
  ...
]]
expect.segment("214.020 client > server: P. 1:101(100)", { shows = "RFC8961-9" })
