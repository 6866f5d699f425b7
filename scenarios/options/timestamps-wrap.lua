-- Timestamps are compared modulo 2^32, as sequence numbers are. RFC 7323 5.2.
--
-- Both clocks stand a few ticks before 2^32 when the connection begins, and so do both initial sequence
-- numbers. The client's clock wraps at 0.010, the server's at 0.020: 0 is later than 4294967295, the
-- ACKs' echoes are still round trips of 20 ms, and a forged segment from before the wrap is old.
sim.scenario {
  title = "Timestamps that wrap",
  cites = { "RFC 7323 5.2", "RFC 9293 3.4", "RFC7323-13", "RFC7323-14", "RFC7323-17" },
}

local client = sim.host("client", { address = "10.0.0.1", timestamps = true, timestamp_offset = 4294967286, iss = 4294967290 })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true, timestamp_offset = 4294967276, iss = 4294967293, delayed_ack = false })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(20), "0123456789abcdefghij")
  expect.equal(conn:info().ts_recent, 10)
  conn:send("ok")
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send("0123456789abcdefghij")
  expect.equal(conn:recv(), "ok")
  expect.near(conn:info().srtt, 0.020, 1e-9)
end)
sim.at(0.05, function()
  sim.inject { from = client, to = server, segment = "P. 21:23(2) ack 3 <TS val 4294967295 ecr 0>", payload = "no" }
end)

expect.exchange [[
  0.000 client > server: S 0:0(0) <mss 1460,nop,nop,TS val 4294967286 ecr 0>
  0.010 server > client: S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 4294967286 ecr 4294967286>
  0.020 client > server: . 1:1(0) ack 1 <nop,nop,TS val 10 ecr 4294967286>
  0.020 client > server: P. 1:21(20) ack 1 <nop,nop,TS val 10 ecr 4294967286>
  0.030 server > client: . 1:1(0) ack 21 <nop,nop,TS val 10 ecr 10>
  0.030 server > client: P. 1:3(2) ack 21 <nop,nop,TS val 10 ecr 10>
  0.050 client > server: P. 21:23(2) ack 3 <TS val 4294967295 ecr 0>    # forged, from before the wrap
  0.060 server > client: . 3:3(0) ack 21 <nop,nop,TS val 40 ecr 10>
  0.240 client > server: . 21:21(0) ack 3 <nop,nop,TS val 230 ecr 10>
  ...
]]
