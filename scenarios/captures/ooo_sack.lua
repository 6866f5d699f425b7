-- Linux: of six segments the second is overtaken by four: a spurious fast retransmit.
--
-- To look at: four duplicate ACKs, the retransmission, and its D-SACK where there is SACK.
sim.scenario { title = "Linux: reordering taken for loss", cites = { "RFC 5681 3.2", "RFC 2883 4" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { nagle = false })
sim.delay { from = a, pattern = "P. 1101:2101(1000)", nth = 1, by = "3ms" }

kernel.client(a, b, function(conn)
  for _ = 1, 6 do conn:send(1000) end
end)
kernel.server(b, function(conn) conn:discard(6000) end)
