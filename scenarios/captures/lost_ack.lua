-- Linux: the ACK of data is lost. The data come again after the RTO and draw an ACK at once, with
-- D-SACK where there is SACK.
sim.scenario { title = "Linux: a lost ACK", cites = { "RFC 6298 5", "RFC 2883 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, pattern = ". 101:101(0) ack 201", nth = 1 }

kernel.client(a, b, function(conn) conn:send(100) end)
kernel.server(b, function(conn) conn:discard(100) end)
