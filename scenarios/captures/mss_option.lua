-- Linux: B announces an MSS of 536 octets. Timestamps take twelve of each segment.
sim.scenario { title = "Linux: the peer's MSS", cites = { "RFC 9293 3.7.1", "RFC 6691" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, nil, { mss = 536 })

kernel.client(a, b, function(conn) conn:send(5000) end)
kernel.server(b, function(conn) conn:discard(5000) end)
