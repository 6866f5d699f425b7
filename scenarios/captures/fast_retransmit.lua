-- Linux: ten full segments in one window, the third is lost: duplicate ACKs, fast retransmit.
sim.scenario { title = "Linux: fast retransmit", cites = { "RFC 5681 3.2" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, match = function(segment) return segment.len == kernel.mss end, nth = 3 }

kernel.client(a, b, function(conn) conn:send(14480) end)
kernel.server(b, function(conn) conn:discard(14480) end)
