-- Linux: a FIN comes out of order, then text behind it and across it, and more FINs; all in A's name.
--
-- To look at: text that goes across the FIN makes nothing of it, and reports its number as a duplicate.
sim.scenario { title = "Linux: text behind a FIN", cites = { "RFC 9293 3.10.7.4" }, allow = { "integrity", "unfinished" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, after = "260ms" }
local forge = kernel.forger(b)
for _, one in ipairs {
  { 0.3, "F. 111:111(0)" }, { 0.5, "P. 116:121(5)" }, { 1.1, "P. 106:116(10)" }, { 1.7, "P. 101:106(5)" },
  { 2.3, "P. 101:111(10)" }, { 2.9, "P. 112:122(10)" }, { 3.5, "F. 112:112(0)" }, { 4.1, "F. 111:111(0)" }, { 4.7, ". 112:112(0)" },
} do
  sim.at(one[1], function() forge(one[2] .. " ack 101 win 65535") end)
end
kernel.client(a, b, function() end)
kernel.server(b, function(conn) conn:discard() end)
