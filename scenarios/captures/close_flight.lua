-- Linux: A closes while octets of B are on their way: they find nobody, and draw a RST.
sim.scenario { title = "Linux: close before the octets arrive", cites = { "RFC 9293 3.6.1", "SHLD-3" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  sim.sleep("107ms")
  conn:send(100)
  sim.sleep("300ms")
end)
