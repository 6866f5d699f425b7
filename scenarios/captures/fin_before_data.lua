-- Linux: the FIN overtakes the data before it, which come 30 ms late.
--
-- To look at: the FIN is kept and draws a duplicate ACK, with SACK of its number where there is SACK;
-- when the data come both are acknowledged at once.
sim.scenario { title = "Linux: the FIN before the data", cites = { "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.delay { from = a, pattern = "P. 101:201(100)", nth = 1, by = "30ms" }

kernel.client(a, b, function(conn)
  conn:send(100)
  conn:close()
end)
kernel.server(b, function(conn)
  conn:discard()
  sim.sleep("100ms")
  conn:close()
end)
