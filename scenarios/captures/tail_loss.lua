-- Linux: four full segments, the last is lost. Nothing behind it draws a duplicate ACK.
--
-- To look at: the third is acknowledged 40 ms late; in the rfc set the RTO repeats the last, in the
-- linux set a tail loss probe does.
sim.scenario { title = "Linux: tail loss", cites = { "RFC 6298 5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, match = function(segment) return segment.len == kernel.mss end, nth = 4 }

kernel.client(a, b, function(conn) conn:send(4 * kernel.mss) end)
kernel.server(b, function(conn) conn:discard(4 * kernel.mss) end)
