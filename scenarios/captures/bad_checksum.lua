-- Linux: data arrive spoilt. They are dropped silently, and come again after the RTO.
sim.scenario { title = "Linux: a wrong checksum", cites = { "RFC 9293 3.1", "MUST-3" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.corrupt { from = a, pattern = "P. 101:201(100)", nth = 1, offset = kernel.rfc and 30 or 42, mask = 255 }

kernel.client(a, b, function(conn) conn:send(100) end)
kernel.server(b, function(conn) conn:discard(100) end)
