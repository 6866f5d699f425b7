-- Linux: the ACK that ends the handshake is lost, but data follow at once: their ACK ends it.
sim.scenario { title = "Linux: data in place of the handshake's last ACK", cites = { "RFC 9293 3.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = ".", nth = 1 }

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  conn:send(100)
  conn:recv_all(100)
end)
kernel.server(b)
