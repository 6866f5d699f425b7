-- Linux: of a segment with 1000 octets 500 are acknowledged: the repetition holds the others.
sim.scenario { title = "Linux: an ACK of a part of a segment", cites = { "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, after = "240ms" }
local forge = kernel.forger(a, "B > A: ")
sim.at("280ms", function() forge(". 101:101(0) ack 601 win 65535") end)
sim.at(kernel.rfc and "3.7s" or "1.2s", function() forge(". 101:101(0) ack 1101 win 65535") end)
kernel.client(a, b, function(conn) conn:send(1000) end)
kernel.server(b, function(conn) conn:discard(1000) end)
