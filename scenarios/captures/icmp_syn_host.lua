-- Linux: a router answers the SYN with "host unreachable": the attempt ends at once.
sim.scenario { title = "Linux: host unreachable, for a SYN", cites = { "RFC 9293 3.9.2.2" } }
local kernel = require "kernel"
local a, b = kernel.stage()
local router = sim.host("router", { address = "10.0.0.66", tcp = false })
sim.link(router, a)
local last
sim.rewrite { from = a, with = function(segment) last = segment end }
sim.drop { from = a }
sim.at("100ms", function() sim.icmp { from = router, to = a, type = "host unreachable", about = last } end)
a:app(function()
  local _, err = a:connect(b, 80, { local_port = 40000 })
  expect.equal(err, "network unreachable")
end, { daemon = true })
sim.at("4s", function() a:crash() end)
