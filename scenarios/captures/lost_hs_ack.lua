-- Linux: the ACK that ends the handshake is lost, and the client is silent for two seconds.
--
-- To look at: B repeats its SYN,ACK after a second; A, established, acknowledges it again.
sim.scenario { title = "Linux: the handshake's last ACK is lost", cites = { "RFC 9293 3.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = ".", nth = 1 }

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("2120ms")
  conn:send(100)
  conn:recv_all(100)
end)
kernel.server(b)
