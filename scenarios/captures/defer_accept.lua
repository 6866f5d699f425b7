-- Linux: a listener with TCP_DEFER_ACCEPT: the last ACK of the handshake does not count, the first text does.
sim.scenario { title = "Linux: TCP_DEFER_ACCEPT", cites = { "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
kernel.defer_accept(function(conn)
  sim.sleep("390ms")
  conn:send(100)
end)
