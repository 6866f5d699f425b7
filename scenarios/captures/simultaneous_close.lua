-- Linux: both ends close within one delay, and the FINs cross: CLOSING on both sides.
sim.scenario { title = "Linux: simultaneous close", cites = { "RFC 9293 3.6" } }
local kernel = require "kernel"
local a, b = kernel.stage("50ms")

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("150ms")
  conn:send(100)
  conn:recv_all(100)
  sim.sleep("100ms")
  conn:close()
end)
kernel.server(b, function(conn)
  sim.sleep("150ms")
  conn:close()
end)

expect.states(a, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED")
expect.states(b, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED")
