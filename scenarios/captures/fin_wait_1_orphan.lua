-- Linux: A lets go, and the path dies: three repetitions of the FIN (tcp_orphan_retries), not fifteen.
sim.scenario { title = "Linux: an orphan in FIN-WAIT-1", cites = { "RFC 9293 3.8.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { orphan_retries = 3 }, { orphan_retries = 3 })
sim.partition(a, b, { from = "240ms" })
kernel.client(a, b, function(conn)
  conn:close()
end)
kernel.server(b)
