-- Linux: A sends and lets go, and the path dies: as in fin_wait_1_orphan, data and FIN in one segment.
sim.scenario { title = "Linux: an orphan with data", cites = { "RFC 9293 3.8.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { orphan_retries = 3 }, { orphan_retries = 3 })
sim.partition(a, b, { from = "240ms" })
kernel.client(a, b, function(conn)
  conn:send(1000)
  conn:close()
end)
kernel.server(b)
