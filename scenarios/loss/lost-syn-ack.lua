-- A lost SYN,ACK is made good by both sides. RFC 9293 3.8.1, 3.10.7.4.
--
-- The client hears nothing and repeats its SYN at 1.000; that SYN finds the server in SYN-RECEIVED
-- and is answered with an ACK (first check of 3.10.7.4), which is no SYN and tells the client
-- nothing. The server repeats its SYN,ACK on its own timer, 1 s after the first, at 1.010, and that
-- opens the connection. Both sides had to repeat a SYN, so both begin with an RTO of 3 s.
sim.scenario {
  title = "A lost SYN,ACK is sent again",
  cites = { "RFC 9293 3.8.1", "RFC 9293 3.10.7.4", "MUST-18", "RFC6298-1", "RFC6298-15" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = server, flags = "S.", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.near(sim.now(), 1.030, 1e-9)
  expect.equal(conn:info().rto, 3)
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.near(sim.now(), 1.020, 1e-9)
  expect.equal(conn:info().rto, 3)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1         # lost
  1.000 client > server: S 0:0(0)
  1.010 server > client: . 1:1(0) ack 1          # answers the repeated SYN
  1.010 server > client: S. 0:0(0) ack 1         # the timer
  1.020 client > server: . 1:1(0) ack 1
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
