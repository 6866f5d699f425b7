-- Linux: urgent data, each in a segment of its own.
sim.scenario { title = "Linux: urgent data", cites = { "RFC 9293 3.8.5" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { nagle = false })

kernel.client(a, b, function(conn)
  conn:send("abc")
  conn:send("X", { urgent = true })
  conn:send("def")
  sim.sleep("200ms")
  conn:send("Y", { urgent = true })
  conn:send("Z", { urgent = true })
  sim.sleep("400ms")
  conn:send("ghi")
end)
kernel.server(b, function(conn) conn:discard(12) end)
