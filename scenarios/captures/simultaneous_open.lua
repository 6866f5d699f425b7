-- Linux: both ends connect to each other, and the SYNs cross.
--
-- To look at: each SYN is answered by SYN,ACK with the same ISS; the SYN,ACK that completes the
-- handshake repeats a SYN and so draws one more ACK, with D-SACK 0:1 where there is SACK.
sim.scenario { title = "Linux: simultaneous open", cites = { "RFC 9293 3.5", "MUST-10" } }
local kernel = require "kernel"
local a, b = kernel.stage("50ms")

a:app(function()
  local conn = a:connect(b, 6000, { local_port = 5000 })
  conn:send(100)
  conn:recv_all(100)
  conn:close()
end)
b:app(function()
  local conn = b:connect(a, 5000, { local_port = 6000 })
  conn:recv_all(100)
  conn:send(100)
  expect.equal(conn:recv(), nil)
  sim.sleep("200ms")
  conn:close()
end)

expect.states(a, "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
