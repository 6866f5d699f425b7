-- Linux: a copy of what was acknowledged arrives half a second late: an ACK at once, with D-SACK.
sim.scenario { title = "Linux: data that come again half a second later", cites = { "RFC 9293 3.10.7.4", "RFC 2883 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.duplicate { from = a, pattern = "P. 101:201(100)", gap = "500ms" }
kernel.client(a, b, function(conn)
  conn:send(100)
  sim.sleep("200ms")
  conn:send(100)
end)
kernel.server(b, function(conn) conn:discard(200) end)
