-- Linux: the first SYN to a closed port is lost, the second draws the RST.
sim.scenario { title = "Linux: a repeated SYN to a closed port", cites = { "RFC 9293 3.10.7.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, nth = 1 }
a:app(function() expect.equal(select(2, a:connect(b, 80, { local_port = 40000 })), "connection refused") end)
