-- Linux: the first SYN is lost, and sent again after a second.
sim.scenario { title = "Linux: a lost SYN", cites = { "RFC 9293 3.8.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = "S", nth = 1 }

kernel.client(a, b, function() end)
kernel.server(b)
