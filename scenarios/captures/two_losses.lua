-- Linux: ten full segments in one window, the third and the sixth are lost.
--
-- To look at: with SACK both come again within one round trip; in the rfc set the second on the
-- partial ACK, one round trip after the first (NewReno).
sim.scenario { title = "Linux: two losses in a window", cites = { "RFC 6582 3.2", "RFC 6675" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, match = function(segment) return segment.len == kernel.mss end, nth = { 3, 6 } }

kernel.client(a, b, function(conn) conn:send(10 * kernel.mss) end)
kernel.server(b, function(conn) conn:discard(10 * kernel.mss) end)
