-- Linux: the last octets and the FIN in one segment (MSG_MORE, then close).
sim.scenario { title = "Linux: data with the FIN", cites = { "RFC 9293 3.10.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function(conn)
  conn:set { cork = true }
  conn:send(100)
  conn:close()
end)
kernel.server(b, function(conn)
  conn:discard()
  sim.sleep("100ms")
  conn:close()
end)
