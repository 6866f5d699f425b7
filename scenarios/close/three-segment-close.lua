-- The three-segment close: the second FIN carries the ACK of the first. RFC 9293 3.6, 3.8.6.3.
--
-- The server delays its ACK of the client's FIN as it does for data (`fin_ack = "delayed"`, the way
-- of today's kernels). Its application closes as soon as it reads the end of the stream, so one
-- segment does both: F. 1:1(0) ack 2. At the client that one segment makes two moves at 0.120,
-- FIN-WAIT-1 to FIN-WAIT-2 and on to TIME-WAIT: figure 5 of RFC 9293 leaves this short cut to its
-- notes.
sim.scenario {
  title = "Three-segment close",
  cites = { "RFC 9293 3.3.2", "RFC 9293 3.6", "RFC 9293 3.10.7.4", "SHLD-18" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", fin_ack = "delayed" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), nil)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("80ms")
  conn:shutdown()
  expect.equal(conn:recv(), nil)
  expect.near(sim.now(), 0.120, 1e-9)
  expect.equal(conn.state, "TIME-WAIT")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.100 client > server: F. 1:1(0) ack 1
  0.110 server > client: F. 1:1(0) ack 2
  0.120 client > server: . 2:2(0) ack 2
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
