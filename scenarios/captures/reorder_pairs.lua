-- Linux: every other segment is overtaken by the next: duplicate ACKs by the pair, and no loss.
sim.scenario { title = "Linux: each second segment is overtaken", cites = { "RFC 5681 3.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { nagle = false }, { nagle = false })
sim.delay { from = a, match = function(segment) return segment.len == 1000 end, nth = { 1, 3, 5, 7, 9 }, by = "7.5ms" }
kernel.client(a, b, function(conn)
  for _ = 1, 10 do
    conn:send(1000)
    sim.sleep("5ms")
  end
end)
kernel.server(b, function(conn) conn:discard(10000) end)
