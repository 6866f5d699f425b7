-- Linux: a source quench while data are lost: it means nothing. The data come again by their timers.
sim.scenario { title = "Linux: a source quench", cites = { "RFC 9293 3.9.2.2" } }
local kernel = require "kernel"
local a, b = kernel.stage()
local router = sim.host("router", { address = "10.0.0.66", tcp = false })
sim.link(router, a)
local last
sim.rewrite { from = a, with = function(segment) last = segment end }
sim.drop { from = a, after = "220ms", before = "1s" }
sim.at("300ms", function() sim.icmp { from = router, to = a, type = "source quench", about = last } end)
kernel.client(a, b, function(conn) conn:send(3000) end)
kernel.server(b, function(conn) conn:discard(3000) end)
