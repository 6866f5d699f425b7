-- Linux: A sends and ends its direction, B closes without having read: RST with an ACK, and no FIN.
sim.scenario { title = "Linux: close with octets unread, behind a FIN", cites = { "RFC 9293 3.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.client(a, b, function(conn)
  conn:send(100)
  conn:shutdown()
  local _, err = conn:recv()
  expect.equal(err, "connection reset")
end)
kernel.server(b, function(conn)
  sim.sleep("300ms")
  conn:close()
end)
