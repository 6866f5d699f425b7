-- Linux: a whole window of ten segments is lost.
--
-- To look at: in the rfc set the RTO repeats the first, then two and four a round trip (slow start);
-- in the linux set a tail loss probe repeats the last after 48 ms, and its SACK begins the recovery.
sim.scenario { title = "Linux: a window is lost", cites = { "RFC 6298 5", "RFC 5681 3.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, match = function(segment) return segment.len == kernel.mss end, count = 10 }

kernel.client(a, b, function(conn) conn:send(10 * kernel.mss) end)
kernel.server(b, function(conn) conn:discard(10 * kernel.mss) end)
