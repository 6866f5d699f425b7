-- A RST that answers a timestamp repeats it, so that it can be told from a forged one. RFC 7323 3.2, 5.2.
--
-- Nobody listens on port 81: the SYN with a timestamp draws a RST that echoes it, with a value of 0 of
-- its own, as a host without a connection has no clock to show. The connection to port 80 is aborted:
-- its RST has the connection's clock. It acknowledges nothing, so its echo is 0.
sim.scenario { title = "Timestamps on a RST", cites = { "RFC7323-10", "RFC7323-13", "RFC7323-19" } }

local client = sim.host("client", { address = "10.0.0.1", timestamps = true, timestamp_offset = 1000 })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true, timestamp_offset = 9000 })
sim.link(client, server, { delay = "10ms" })
server:app(function() server:listen(80):accept():recv() end)
client:app(function()
  local conn, err = client:connect(server, 81)
  expect.equal(conn, nil)
  expect.equal(err, "connection refused")
  conn = client:connect(server, 80)
  sim.sleep("20ms")
  conn:abort()
end)

expect.exchange [[
  0.000 client > server: S 0:0(0) <mss 1460,nop,nop,TS val 1000 ecr 0>
  0.010 server > client: R. 0:0(0) ack 1 <nop,nop,TS val 0 ecr 1000>
  0.020 client > server: S 0:0(0) <mss 1460,nop,nop,TS val 1020 ecr 0>
  0.030 server > client: S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 9030 ecr 1020>
  0.040 client > server: . 1:1(0) ack 1 <nop,nop,TS val 1040 ecr 9030>
  0.060 client > server: R 1:1(0) <nop,nop,TS val 1060 ecr 0>
]]
expect.segment("server > client: R. 0:0(0) ack 1 <TS val 0 ecr 1000,...>", { shows = "RFC7323-19" })
