-- Linux: both ends send 1000 octets and let go of the connection, within one delay of each other.
--
-- To look at: each finds text for which there is no reader any more, and resets.
sim.scenario { title = "Linux: both ends send and let go at once", cites = { "RFC 9293 3.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.client(a, b, function(conn)
  conn:send(1000)
  conn:close()
end)
kernel.server(b, function(conn)
  sim.sleep("108ms")
  conn:send(1000)
  conn:close()
end)
