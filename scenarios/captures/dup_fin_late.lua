-- Linux: the FINs come again half a second later: TIME-WAIT acknowledges B's once more; A's finds nobody.
sim.scenario { title = "Linux: copies of the FINs, late", cites = { "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
for _, host in ipairs { a, b } do sim.duplicate { from = host, flags = "F.", gap = "500ms" } end
kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  conn:recv()
  sim.sleep("100ms")
  conn:close()
end)
