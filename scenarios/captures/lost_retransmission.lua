-- Linux: the third of ten segments is lost, and so is its fast retransmission. The RTO repeats it.
sim.scenario { title = "Linux: a lost retransmission", cites = { "RFC 6298 5", "RFC 6582" } }
local kernel = require "kernel"
local a, b = kernel.stage()
local third = 101 + 2 * kernel.mss
sim.drop { from = a, match = function(segment) return segment.seq == third end, count = 2 }

kernel.client(a, b, function(conn) conn:send(10 * kernel.mss) end)
kernel.server(b, function(conn) conn:discard(10 * kernel.mss) end)
