-- Linux: a listener with TCP_DEFER_ACCEPT: the last ACK of the handshake does not count, the first text does.
sim.scenario { title = "Linux: TCP_DEFER_ACCEPT", cites = { "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  sim.sleep("390ms")
  conn:send(100)
end)
b:app(function()
  local conn = b:listen(80, { defer_accept = 2 }):accept()
  conn:recv()
end)
