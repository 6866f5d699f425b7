-- Linux: of six segments the second is overtaken by one.
--
-- The kernel took the last three in one batch. To look at: one duplicate ACK (with SACK), and the ACK when the gap is filled; nothing is sent
-- again.
sim.scenario { title = "Linux: mild reordering", cites = { "RFC 5681 4.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { nagle = false }, nil, true)
sim.delay { from = a, pattern = "P. 1101:2101(1000)", by = "3ms" }
sim.delay { from = a, pattern = "P. 3101:4101(1000)", by = "5ms" }
sim.delay { from = a, pattern = "P. 4101:5101(1000)", by = "5ms" }
sim.delay { from = a, pattern = "P. 5101:6101(1000)", by = "5ms" }

kernel.client(a, b, function(conn)
  for _ = 1, 6 do conn:send(1000) end
end)
kernel.server(b, function(conn) conn:discard(6000) end)
