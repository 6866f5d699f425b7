-- Linux: B, the server, is in TIME-WAIT. Four SYNs come in A's name: a larger number with an old
-- timestamp, a smaller one with an old timestamp, a smaller one with none, and a smaller one with a newer timestamp.
--
-- To look at: with timestamps only the last is let in; without them only the first, by its number. The
-- others draw the ACK of the old connection, or nothing within half a second.
sim.scenario { title = "Linux: SYNs in TIME-WAIT, by number and timestamp", cites = { "RFC 9293 3.6.1", "RFC 6191 2" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.passive_close(a, b)
local forge = kernel.forger(b)
local last = 0
if not kernel.rfc then
  sim.rewrite { from = a, with = function(segment)
    last = tonumber(segment.options:match("TS val (%d+)")) or last
  end }
end
sim.drop { from = b, after = "900ms" }
for _, one in ipairs { { 1, 100000, -5000 }, { 1.7, -100000, -5000 }, { 2.4, -100000 }, { 3.1, -100000, 2000 } } do
  sim.at(one[1], function()
    local seq = one[2] % 2 ^ 32 // 1
    forge(string.format("S %d:%d(0) win 65535%s", seq, seq, one[3] and not kernel.rfc
      and string.format(" <mss 1460,sackOK,TS val %d ecr 0>", (last + one[3]) % 2 ^ 32 // 1) or ""))
  end)
end
sim.at("4.02s", function() b:crash() end)
