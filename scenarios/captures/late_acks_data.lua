-- Linux: as in late_acks, but the second client sends 100 octets, which are dropped likewise until there is room.
sim.scenario { title = "Linux: data for a connection that found no room", cites = { "RFC 9293 3.10.1" } }
local kernel = require "kernel"
kernel.late_acks(function(conn)
  sim.sleep("100ms")
  conn:send(100)
end)
