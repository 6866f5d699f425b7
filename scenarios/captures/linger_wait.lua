-- Linux: B crashes while A's data wait for it, and A's next segments draw RST.
sim.scenario { title = "Linux: a crash while data are under way", cites = { "RFC 9293 3.5.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.client(a, b, function(conn)
  conn:send(5000)
  conn:recv()
end)
kernel.server(b, function(conn)
  sim.sleep("50ms")
  b:crash()
end)
