-- Linux: octets on a forged SYN, without Fast Open: they are neither kept nor acknowledged, and come
-- again.
sim.scenario { title = "Linux: data on a SYN", cites = { "RFC 9293 3.10.7.2", "RFC 7413" }, allow = { "unfinished", "integrity" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b }
b:listen(80, { iss = 7000 })
local forge = kernel.forger(b)
for i, segment in ipairs {
  "S 1000:1010(10) win 65535 <mss 1460>", ". 1001:1001(0) ack 7001 win 65535",
  "P. 1001:1011(10) ack 7001 win 65535", "R 1011:1011(0) win 65535",
} do
  sim.at((i - 1) * 0.1, function() forge(segment, { absolute = true, sport = 40000, dport = 80 }) end)
end
