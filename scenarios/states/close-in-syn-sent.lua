-- CLOSE in SYN-SENT: the TCB is deleted, nothing is sent. RFC 9293 3.10.4, figure 5 (SYN-SENT to
-- CLOSED).
--
-- The client changes its mind 5 ms after its SYN: no FIN and no RST leave, since nothing has been
-- agreed yet. The server's SYN,ACK then meets no TCB and is answered by a RST, which brings the
-- server, whose OPEN was passive, back to LISTEN.
sim.scenario {
  title = "CLOSE in SYN-SENT",
  cites = { "RFC 9293 3.3.2", "RFC 9293 3.10.4", "RFC 9293 3.10.7.1", "MUST-11" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
server:listen(80)

client:app(function()
  local conn = client:connect(server, 80, { wait = false })
  sim.sleep("5ms")
  expect.equal(conn.state, "SYN-SENT")
  conn:close()
  expect.equal(conn.state, "CLOSED")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: R 1:1(0)
]]
expect.states(client, "CLOSED SYN-SENT CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED LISTEN")
