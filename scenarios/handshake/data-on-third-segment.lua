-- Data may ride on the third segment of the handshake. RFC 9293 3.5, 3.10.2, 3.10.7.3.
--
-- The client does not wait for its connection: it calls SEND in SYN-SENT, where RFC 9293 queues the
-- data "for transmission after entering ESTABLISHED". When the SYN,ACK comes the queued octets go
-- out with its acknowledgment, in one segment: 1:6(5) ack 1. No bare ACK stands before it. The
-- server gets the ACK of its SYN and the first data at once.
sim.scenario {
  title = "Data on the third segment of the handshake",
  cites = { "RFC 9293 3.5", "RFC 9293 3.10.2", "RFC 9293 3.10.7.3", "UNL-15" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "hello")
  expect.near(sim.now(), 0.030, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80, { wait = false })
  expect.equal(conn.state, "SYN-SENT")
  expect.equal(conn:send("hello"), 5)
  expect.equal(conn.state, "SYN-SENT")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: P. 1:6(5) ack 1
  0.230 server > client: . 1:1(0) ack 6
]]
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
