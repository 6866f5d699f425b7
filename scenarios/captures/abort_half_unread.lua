-- Linux: A has ended its direction and aborts while B's 3000 octets lie unread: RST, and the end.
sim.scenario { title = "Linux: abort after half a close, text unread", cites = { "RFC 9293 3.10.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.client(a, b, function(conn)
  conn:shutdown()
  sim.sleep("200ms")
  conn:abort()
end)
kernel.server(b, function(conn)
  conn:recv()
  conn:send(3000)
  sim.sleep("400ms")
  conn:send("x")
end)
