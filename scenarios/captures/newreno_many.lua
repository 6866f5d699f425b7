-- Linux: of ten segments in one window the 2nd, 4th, 6th and 8th are lost.
--
-- To look at: without SACK each partial ACK repeats the next hole, one in a round trip.
sim.scenario { title = "Linux: four losses in a window", cites = { "RFC 6582 3.2" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, match = function(segment) return segment.len > 100 end, nth = { 2, 4, 6, 8 } }
kernel.client(a, b, function(conn) conn:send(10 * kernel.mss) end)
kernel.server(b, function(conn) conn:discard(10 * kernel.mss) end)
