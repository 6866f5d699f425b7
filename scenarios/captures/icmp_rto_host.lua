-- Linux: data are lost again and again, and once a router tells that the host cannot be reached.
--
-- To look at: then congestion is not the cause, and the last doubling of the RTO is taken back (RFC 6069):
-- the timer expires as if it had been set so; here, at once.
sim.scenario { title = "Linux: host unreachable, for a repetition", cites = { "RFC 9293 3.9.2.2" } }
local kernel = require "kernel"
local a, b = kernel.stage()
local router = sim.host("router", { address = "10.0.0.66", tcp = false })
sim.link(router, a)
local last
sim.rewrite { from = a, with = function(segment) last = segment end }
sim.drop { from = a, after = "220ms", before = "6s" }
sim.at(kernel.rfc and "4s" or "1.6s", function() sim.icmp { from = router, to = a, type = "host unreachable", about = last } end)
kernel.client(a, b, function(conn) conn:send(100) end)
kernel.server(b, function(conn) conn:discard(100) end)
