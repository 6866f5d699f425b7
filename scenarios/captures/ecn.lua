-- Linux: both ends ask for ECN. One segment is marked on its way.
--
-- To look at: the SYN has E and W, the SYN,ACK E; the ACKs have E from the mark until a segment with W.
sim.scenario { title = "Linux: a mark, and its echo", cites = { "RFC 3168 6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { ecn = true }, { ecn = true })
sim.rewrite { from = a, pattern = ". 2101:3101(1000)", nth = 1, with = function(segment) segment.tos = 3 end }
kernel.client(a, b, function(conn)
  for _ = 1, 8 do
    conn:send(1000)
    sim.sleep("50ms")
  end
end)
kernel.server(b, function(conn) conn:discard(8000) end)
