-- Linux: forged segments in LAST-ACK. A has ended its direction, B closes, and B's FIN is lost again
-- and again.
--
-- To look at: a RST in the window but not exact, a SYN and a SYN,ACK of any number, an ACK of what was
-- not sent or far too old, an old ACK, what lies outside the window each draw an ACK; a RST outside the
-- window, what has no ACK and the right ACK draw nothing. The exact RST ends the connection.
sim.scenario { title = "Linux: forged segments in LAST-ACK", cites = { "RFC 9293 3.10.7.4", "RFC 5961 3, 4, 5" }, allow = "unfinished" }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, after = "255ms" }
kernel.probes(b, 102, 101, 102)

kernel.client(a, b, function(conn)
  conn:shutdown()
  sim.sleep("100ms")
  a:crash() -- so that its FIN does not come again
end)
kernel.server(b, function(conn)
  conn:recv()
  conn:close()
end)
