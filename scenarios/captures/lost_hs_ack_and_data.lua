-- Linux: the ACK that ends the handshake is lost, and so are the data behind it.
--
-- To look at: in the linux set the data come again after 224 ms and end the handshake; in the rfc set
-- B's SYN,ACK comes again first, after a second, and A, with 100 octets out, acknowledges it.
sim.scenario { title = "Linux: the handshake's last ACK and the data behind it are lost", cites = { "RFC 9293 3.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = ".", nth = { 1, 2 } }

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  conn:send(100)
  conn:recv_all(100)
end)
kernel.server(b)
