-- Linux: forged segments in FIN-WAIT-2. B has ended its direction, and A has acknowledged that; what B
-- answers from 600 ms on is lost.
--
-- To look at: a RST in the window but not exact, a SYN and a SYN,ACK of any number, an ACK of what was
-- not sent or far too old, an old ACK, what lies outside the window each draw an ACK; a RST outside the
-- window, what has no ACK and the right ACK draw nothing. The exact RST ends the connection.
sim.scenario { title = "Linux: forged segments in FIN-WAIT-2", cites = { "RFC 9293 3.10.7.4", "RFC 5961 3, 4, 5" }, allow = "unfinished" }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, after = "600ms" }
kernel.probes(b, 101, 102, 102)

kernel.client(a, b, function() end)
kernel.server(b, function(conn)
  sim.sleep("110ms")
  conn:shutdown()
end)
