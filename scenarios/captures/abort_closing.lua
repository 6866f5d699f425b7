-- Linux: the FINs cross, and A aborts in CLOSING: nothing is sent. The ACK of its FIN, late, finds
-- nobody.
sim.scenario { title = "Linux: abort in CLOSING", cites = { "RFC 9293 3.10.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.delay { from = b, pattern = ". 102:102(0) ack 102", nth = 1, by = "30ms" }

kernel.client(a, b, function(conn)
  conn:shutdown()
  sim.sleep("15ms")
  conn:abort()
end)
kernel.server(b, function(conn)
  sim.sleep("110ms")
  conn:shutdown()
end)
