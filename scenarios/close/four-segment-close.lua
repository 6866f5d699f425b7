-- The four-segment close: each direction ends on its own. RFC 9293 3.6, figure 12.
--
-- The client closes first. Its FIN has SEQ u and is acknowledged by u + 1; the server's own FIN,
-- half a second later, has SEQ w and is acknowledged by w + 1. u = w = 1 in relative numbers, since
-- no data have been sent. The side that closes first passes FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT,
-- where it stays for 2 MSL (4 minutes); the other passes CLOSE-WAIT and LAST-ACK and is free at
-- once. The server's `recv` returns the end of the stream when the first FIN arrives.
sim.scenario {
  title = "Four-segment close",
  cites = { "RFC 9293 3.6", "UNL-12", "MUST-12", "MUST-13" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), nil)
  expect.near(sim.now(), 0.110, 1e-9)
  expect.equal(conn.state, "CLOSE-WAIT")
  sim.sleep("500ms")
  conn:close()
  expect.equal(conn.state, "LAST-ACK")
end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("80ms")
  conn:shutdown()
  expect.equal(conn.state, "FIN-WAIT-1")
  expect.truthy(conn:wait("FIN-WAIT-2"))
  expect.near(sim.now(), 0.120, 1e-9)
  expect.equal(conn:recv(), nil)
  expect.equal(conn.state, "TIME-WAIT")
  expect.truthy(conn:wait("CLOSED", "5min"))
  expect.near(sim.now(), 0.620 + 240, 1e-9)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.100 client > server: F. 1:1(0) ack 1
  0.110 server > client: . 1:1(0) ack 2
  0.610 server > client: F. 1:1(0) ack 2
  0.620 client > server: . 2:2(0) ack 2
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
