-- Linux: B aborts in LAST-ACK, its FIN lost: nothing is sent. A's FIN, repeated, finds nobody.
sim.scenario { title = "Linux: abort in LAST-ACK", cites = { "RFC 9293 3.10.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, flags = "F." }

kernel.client(a, b, function(conn)
  conn:shutdown()
  conn:recv()
end)
kernel.server(b, function(conn)
  conn:recv()
  conn:shutdown()
  sim.sleep("100ms")
  conn:abort()
end)
