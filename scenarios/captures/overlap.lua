-- Linux: out of order, before and across each other come eight forged segments.
--
-- To look at: the D-SACK of each tells what was there before, the SACK block around it comes next.
sim.scenario { title = "Linux: segments that overlap", cites = { "RFC 9293 3.10.7.4", "RFC 2883 4" }, allow = "integrity" }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, after = "260ms" }
local forge = kernel.forger(b)
for i, one in ipairs { { 111, 10 }, { 106, 10 }, { 106, 20 }, { 131, 5 }, { 121, 10 }, { 96, 10 }, { 101, 20 }, { 91, 20 } } do
  sim.at(0.25 + 0.05 * i, function()
    forge(string.format("P. %d:%d(%d) ack 101 win 65535", one[1], one[1] + one[2], one[2]))
  end)
end
kernel.client(a, b, function() end)
kernel.server(b, function(conn)
  sim.sleep("800ms")
  conn:recv()
end)
