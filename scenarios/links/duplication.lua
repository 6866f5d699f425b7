-- A link that sends everything twice. netem's duplicate; RFC 9293 3.10.7.
--
-- With `duplicate = 1` every packet of both directions has a copy right behind it: the SYN, which the
-- server answers with a bare ACK the second time (3.10.7.4, in SYN-RECEIVED); the text, whose copy lies
-- left of RCV.NXT and is answered and dropped; the FIN. Applications see nothing of it: one connection,
-- five octets.
sim.scenario {
  title = "Every packet comes twice",
  cites = { "RFC 9293 3.10.7.4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms", duplicate = 1 })

server:app(function()
  local listener = server:listen(80)
  local conn = listener:accept()
  expect.equal(conn:recv_all(), "hello")
  conn:close()
  expect.equal(listener:accept("10s"), nil) -- the copy of the SYN made no second connection
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello")
  conn:close()
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.010 server > client: . 1:1(0) ack 1          # the second SYN
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: P. 1:6(5) ack 1
  0.020 client > server: F. 6:6(0) ack 1
  0.030 server > client: . 1:1(0) ack 7          # text and FIN
  0.030 server > client: . 1:1(0) ack 7          # and their copies
  0.030 server > client: F. 1:1(0) ack 7
  0.040 client > server: . 7:7(0) ack 2
  0.050 server > client: R 2:2(0)                # the copy of that ACK finds nobody any more
]]
expect.count("client > server: S 0:0(0)", 2, { as = "delivered" })
expect.count("client > server: P. 1:6(5)", 2, { as = "delivered" })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
