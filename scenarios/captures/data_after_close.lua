-- Linux: A closes altogether, B goes on sending. Nobody is there to read: RST, and A has forgotten.
--
-- To look at: the RST answers the data, so its SEQ is their ACK and it carries none itself.
sim.scenario { title = "Linux: data after close", cites = { "RFC 9293 3.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  expect.equal(conn:recv(), nil)
  sim.sleep("100ms")
  conn:send(100)
end)

expect.states(a, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSED")
