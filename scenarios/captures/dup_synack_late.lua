-- Linux: the SYN,ACK comes again half a second and a second later: an ACK each, with D-SACK of its number.
sim.scenario { title = "Linux: copies of the SYN,ACK, late", cites = { "RFC 9293 3.10.7.4", "RFC 5961 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.duplicate { from = b, flags = "S.", gap = "500ms" }
sim.duplicate { from = b, flags = "S.", gap = "1100ms" }
kernel.client(a, b, function(conn)
  sim.sleep("1s")
  conn:send(100)
end)
kernel.server(b, function(conn) conn:discard(100) end)
