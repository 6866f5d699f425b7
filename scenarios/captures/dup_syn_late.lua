-- Linux: the SYN comes again when the connection is established: a challenge ACK each.
sim.scenario { title = "Linux: copies of the SYN, late", cites = { "RFC 9293 3.10.7.4", "RFC 5961 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.duplicate { from = a, flags = "S", gap = "500ms" }
sim.duplicate { from = a, flags = "S", gap = "1100ms" }
kernel.client(a, b, function(conn)
  sim.sleep("1s")
  conn:send(100)
end)
kernel.server(b, function(conn) conn:discard(100) end)
