-- Linux: A closes with octets unread: RST with an ACK, no FIN.
sim.scenario { title = "Linux: close with octets unread", cites = { "RFC 9293 3.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  conn:send(100)
  sim.sleep("200ms")
  conn:close()
end)
kernel.server(b, function(conn)
  local _, err = conn:recv()
  expect.equal(err, "connection reset")
end)
