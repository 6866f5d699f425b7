-- A window of zero, its probes, and its opening. RFC 9293 3.8.6.1.
--
-- The client fills the server's buffer of 2000 octets; "win 0" stops it with 1000 octets still to
-- send. It may not wait silently: the update that opens the window is an ACK without data, which
-- nobody repeats if it is lost. So one RTO (1 s) later, and then at doubled intervals, it sends one
-- octet beyond the window, and the server answers each probe with what it has: still 2001, win 0.
-- The application reads at 10 s: the window opens, the update says so at once, and the rest goes.
sim.scenario {
  title = "Zero window: probes until it opens",
  cites = { "RFC 9293 3.8.6.1", "MAY-8", "MUST-35", "MUST-36", "MUST-37", "SHLD-29", "SHLD-30" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, recv_buffer = 2000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep(10 - sim.now())
  expect.equal(conn:discard(), 3000)
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(3000)
  conn:shutdown()
end)

expect.exchange [[
  ...
  0.030 server > client: . 1:1(0) ack 2001 win 0
  1.040 client > server: . 2001:2002(1) ack 1            # a probe
  1.050 server > client: . 1:1(0) ack 2001 win 0
  3.040 client > server: . 2001:2002(1) ack 1
  3.050 server > client: . 1:1(0) ack 2001 win 0
  7.040 client > server: . 2001:2002(1) ack 1
  7.050 server > client: . 1:1(0) ack 2001 win 0
  10.000 server > client: . 1:1(0) ack 2001 win 2000     # the window update
  10.010 client > server: P. 2001:3001(1000) ack 1
  10.010 client > server: F. 3001:3001(0) ack 1
  ...
]]
