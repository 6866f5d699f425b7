-- Linux: the second of three segments arrives twice; the copy draws an ACK at once, with D-SACK where
-- there is SACK. In the linux set the kernel took the three in one batch, and acknowledged them at
-- once; in the rfc set one by one.
sim.scenario { title = "Linux: duplicated data", cites = { "RFC 2883 4" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { nagle = false }, nil, not kernel.rfc)
sim.duplicate { from = a, pattern = "P. 1101:2101(1000)", copies = 1, gap = "5ms" }

kernel.client(a, b, function(conn)
  for _ = 1, 3 do conn:send(1000) end
end)
kernel.server(b, function(conn) conn:discard(3000) end)
