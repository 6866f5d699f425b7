-- CLOSE in SYN-RECEIVED: a FIN before the handshake is complete. RFC 9293 3.10.4, figure 5.
--
-- In a simultaneous open both sides are in SYN-RECEIVED from 0.010 to 0.020; the left one closes at
-- 0.015. Nothing waits to be sent, so its FIN leaves at once, and SYN-RECEIVED becomes FIN-WAIT-1
-- without ever having been ESTABLISHED. The left's SYN,ACK establishes the right side. The right's
-- finds FIN-WAIT-1, where the SYN in it lies outside the window: it draws an ACK, and the left's
-- SYN is acknowledged together with its FIN (ack 2).
sim.scenario {
  title = "CLOSE in SYN-RECEIVED",
  cites = { "RFC 9293 3.3.2", "RFC 9293 3.10.4", "MUST-10" },
}

local left = sim.host("left", { address = "10.0.0.1" })
local right = sim.host("right", { address = "10.0.0.2" })
sim.link(left, right, { delay = "10ms" })

left:app(function()
  local conn = left:connect(right, 2000, { local_port = 1000, wait = false })
  sim.sleep("15ms")
  expect.equal(conn.state, "SYN-RECEIVED")
  conn:shutdown()
  expect.equal(conn.state, "FIN-WAIT-1")
  expect.equal(conn:recv(), nil)
  expect.equal(conn.state, "TIME-WAIT")
end)

right:app(function()
  local conn = right:connect(left, 1000, { local_port = 2000 })
  expect.truthy(conn)
  expect.equal(conn:recv(), nil)
  sim.sleep("100ms")
  conn:close()
end)

expect.exchange [[
  0.000 left > right: S 0:0(0)
  0.000 right > left: S 0:0(0)
  0.010 left > right: S. 0:0(0) ack 1
  0.010 right > left: S. 0:0(0) ack 1
  0.015 left > right: F. 1:1(0) ack 1
  0.020 left > right: . 2:2(0) ack 1             # answers the SYN,ACK
  0.025 right > left: . 1:1(0) ack 2
  0.125 right > left: F. 1:1(0) ack 2
  0.135 left > right: . 2:2(0) ack 2
]]
expect.states(left, "CLOSED SYN-SENT SYN-RECEIVED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(right, "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
