-- Linux: A's SYN is lost twice, then twelve segments are to be sent.
--
-- To look at: after two repetitions the congestion window begins with one segment, not ten.
sim.scenario { title = "Linux: a SYN that is lost twice, then much to send", cites = { "RFC 5681 3.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = "S", nth = { 1, 2 } }
kernel.plain(a, b, function(conn) conn:send(12 * kernel.mss) end, function(conn) conn:discard(12 * kernel.mss) end)
