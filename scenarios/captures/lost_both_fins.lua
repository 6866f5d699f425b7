-- Linux: A's FIN is lost, and so is B's when that has come again. Each is sent again after its RTO.
sim.scenario { title = "Linux: both FINs are lost", cites = { "RFC 9293 3.6" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = "F.", nth = 1 }
sim.drop { from = b, flags = "F.", nth = 1 }

kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  conn:recv()
  conn:close()
end)
