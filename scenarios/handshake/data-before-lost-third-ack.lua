-- Data that arrive ahead of the handshake's third segment. RFC 9293 3.4, 3.10.7.4.
--
-- The client's ACK of the SYN,ACK is lost; the data it sends 5 ms later arrive while the server is
-- still in SYN-RECEIVED. Every segment of a connection carries an acknowledgment, so the data's own
-- ACK completes the handshake: they are taken, SYN-RECEIVED becomes ESTABLISHED and only then does
-- the application see the connection and its first octets, both at 0.035. Nothing is sent twice.
sim.scenario {
  title = "Data complete the handshake when the third ACK is lost",
  cites = { "RFC 9293 3.4", "RFC 9293 3.10.7.4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = client, pattern = ". 1:1(0) ack 1", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.near(sim.now(), 0.035, 1e-9)
  expect.equal(conn:recv(), "hello")
  expect.near(sim.now(), 0.035, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("5ms")
  conn:send("hello")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1         # lost
  0.025 client > server: P. 1:6(5) ack 1
  0.235 server > client: . 1:1(0) ack 6
]]
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
