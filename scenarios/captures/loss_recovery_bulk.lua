-- Linux: 300,000 octets, the 60th full segment is lost.
--
-- To look at: the window is halved, and then grows by one segment a round trip.
sim.scenario { title = "Linux: a loss in the middle of a transfer", cites = { "RFC 5681 3.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { send_buffer = "1MB" })
sim.drop { from = a, match = function(segment) return segment.len > 1000 end, nth = 60 }

kernel.client(a, b, function(conn) conn:send(300000) end)
kernel.server(b, function(conn) conn:discard(300000) end)
