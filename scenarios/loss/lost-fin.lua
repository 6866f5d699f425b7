-- A lost FIN is sent again: it has a sequence number like data. RFC 9293 3.4, 3.6, 3.8.1.
--
-- The client's FIN of 0.100 is lost. The client stays in FIN-WAIT-1, the server in ESTABLISHED,
-- both without a sign that anything happened, until the client's timer sends the FIN again one RTO
-- (1 s) later with the same number. The server's application sees the end of the stream at 1.110;
-- the close goes on as usual.
sim.scenario {
  title = "A lost FIN is sent again",
  cites = { "RFC 9293 3.4", "RFC 9293 3.6", "RFC 9293 3.8.1", "UNL-11", "RFC6298-4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = client, flags = "F.", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), nil)
  expect.near(sim.now(), 1.110, 1e-9)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("80ms")
  conn:shutdown()
  sim.sleep("500ms")
  expect.equal(conn.state, "FIN-WAIT-1")
  expect.equal(conn:recv(), nil)
  expect.near(sim.now(), 1.120, 1e-9)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.100 client > server: F. 1:1(0) ack 1         # lost
  1.100 client > server: F. 1:1(0) ack 1
  1.110 server > client: . 1:1(0) ack 2
  1.110 server > client: F. 1:1(0) ack 2
  1.120 client > server: . 2:2(0) ack 2
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
