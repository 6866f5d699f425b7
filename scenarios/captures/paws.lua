-- Linux: forged data with an old timestamp, then without one, then a RST with an old timestamp.
--
-- To look at: with timestamps the first is dropped and acknowledged (PAWS); without an option the
-- second is taken all the same, and A sees an ACK of what it never sent. RST is not subject to PAWS.
sim.scenario { title = "Linux: PAWS", cites = { "RFC 7323 5.3" }, allow = { "unfinished", "integrity" } }
local kernel = require "kernel"
local a, b = kernel.stage()
local forge = kernel.forger(b)

-- An old timestamp is one second before the last.
local last = 0
if not kernel.rfc then
  sim.rewrite { from = a, pattern = "P. 1:101(100)", with = function(segment)
    last = tonumber(segment.options:match("TS val (%d+)"))
  end }
end
local function old()
  return kernel.rfc and "" or string.format(" <nop,nop,TS val %d ecr 0>", (last - 1000) % 2 ^ 32 // 1)
end
sim.at("252ms", function() forge("P. 101:105(4) ack 101 win 65535" .. old()) end)
sim.at("952ms", function() forge("P. 101:105(4) ack 101 win 65535") end)
sim.at("1652ms", function() forge("R 105:105(0) win 65535" .. old()) end)
kernel.client(a, b, function(conn) conn:recv() end)
kernel.server(b, function(conn)
  conn:recv()
  conn:recv()
end)
