-- Linux: B aborts in CLOSE-WAIT: a RST with an ACK of A's FIN.
sim.scenario { title = "Linux: abort in CLOSE-WAIT", cites = { "RFC 9293 3.10.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.client(a, b, function(conn)
  conn:shutdown()
  conn:recv()
end)
kernel.server(b, function(conn)
  conn:recv()
  sim.sleep("200ms")
  conn:abort()
end)
