-- Linux: as in defer_accept, but the text comes after 8 s: meanwhile the SYN,ACK was repeated, and the ACK
-- that answered it counted.
sim.scenario { title = "Linux: TCP_DEFER_ACCEPT, and text after its time", cites = { "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
kernel.defer_accept(function(conn)
  sim.sleep("7890ms")
  conn:send(100)
end)
