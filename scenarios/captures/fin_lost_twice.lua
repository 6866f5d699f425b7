-- Linux: A's FIN is lost twice: it comes again after one RTO and after two more.
sim.scenario { title = "Linux: a FIN that is lost twice", cites = { "RFC 9293 3.8.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = "F.", nth = { 1, 2 } }
kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  conn:recv()
  sim.sleep("100ms")
  conn:close()
end)
