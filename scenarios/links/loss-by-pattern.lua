-- Exactly these packets are lost: a pattern and a list. RFC 9293 3.8.1, RFC 6298 (5.5).
--
-- For what must happen again in the same way, losses are written down. From the server to the client every
-- second packet is lost, beginning with the first (`pattern = "10"`): the SYN,ACK goes twice. From the
-- client the packets number 3 and 5 are (`list`). No packet is spared for what it is: it is the SYN,ACK, a
-- data segment, the FIN.
sim.scenario {
  title = "Losses by pattern and by list",
  cites = { "RFC 9293 3.8.1", "RFC6298-13" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, {
  delay = "10ms",
  forward = { loss = { list = { 3, 5 } } },
  backward = { loss = { pattern = "10" } },
})

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "hello")
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello")
  sim.sleep("10s")
  conn:close()
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1         # lost: the first from the server
  1.000 client > server: S 0:0(0)
  1.010 server > client: . 1:1(0) ack 1          # to a SYN in SYN-RECEIVED
  1.010 server > client: S. 0:0(0) ack 1         # lost: the third
  3.000 client > server: S 0:0(0)                # lost: the third from the client
  3.010 server > client: S. 0:0(0) ack 1
  3.020 client > server: . 1:1(0) ack 1
  3.020 client > server: P. 1:6(5) ack 1         # lost: the fifth
  6.020 client > server: P. 1:6(5) ack 1
  6.230 server > client: . 1:1(0) ack 6          # lost
  12.020 client > server: P. 1:6(5) ack 1
  12.030 server > client: . 1:1(0) ack 6
  13.020 client > server: F. 6:6(0) ack 1
  13.030 server > client: . 1:1(0) ack 7         # lost, but the FIN behind it says the same
  13.030 server > client: F. 1:1(0) ack 7
  13.040 client > server: . 7:7(0) ack 2
]]
