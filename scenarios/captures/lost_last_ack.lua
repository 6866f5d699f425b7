-- Linux: the ACK of B's FIN is lost. B repeats the FIN from LAST-ACK, A acknowledges it again from
-- TIME-WAIT, which begins anew.
sim.scenario { title = "Linux: the last ACK is lost", cites = { "RFC 9293 3.6" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, pattern = ". 102:102(0) ack 102", nth = 1 }

kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  expect.equal(conn:recv(), nil)
  sim.sleep("100ms")
  conn:close()
end)
