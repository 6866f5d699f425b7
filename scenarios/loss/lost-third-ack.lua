-- A lost third segment of the handshake. RFC 9293 3.8.1, 3.10.7.4.
--
-- The client is ESTABLISHED and has nothing to send; its ACK is lost, and an ACK is never sent
-- again by itself. The server's timer makes it good: SYN,ACK once more at 1.010. To the client that
-- is a repetition from left of its window, and the answer to such a segment is an ACK: the one that
-- was missing. Compare handshake/data-before-lost-third-ack.lua, where data come first and no timer
-- is needed.
sim.scenario {
  title = "A lost third ACK is drawn by a repeated SYN,ACK",
  cites = { "RFC 9293 3.8.1", "RFC 9293 3.10.7.4", "MUST-18", "RFC6298-1", "RFC6298-15" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = client, pattern = ". 1:1(0) ack 1", nth = 1 }

server:app(function()
  expect.truthy(server:listen(80):accept())
  expect.near(sim.now(), 1.030, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.near(sim.now(), 0.020, 1e-9)
  sim.sleep("2s")
  expect.equal(conn.state, "ESTABLISHED")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1          # lost
  1.010 server > client: S. 0:0(0) ack 1
  1.020 client > server: . 1:1(0) ack 1
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
