-- Linux: the SYN that asks for ECN is lost; its repetition does not ask.
sim.scenario { title = "Linux: an ECN-setup SYN that is lost", cites = { "RFC 3168 6.1.1.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { ecn = true }, { ecn = true })
sim.drop { from = a, flags = "SEW", nth = 1 }
kernel.client(a, b, function(conn) conn:send(1000) end)
kernel.server(b, function(conn) conn:discard(1000) end)
