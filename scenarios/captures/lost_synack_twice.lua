-- Linux: two SYN,ACKs are lost.
sim.scenario { title = "Linux: two lost SYN,ACKs", cites = { "RFC 9293 3.8.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, flags = "S.", nth = { 1, 2 } }

kernel.client(a, b, function() end)
kernel.server(b)
