-- Linux: A gives its SYN up before the answer comes: nothing is sent; the SYN,ACK draws a RST.
sim.scenario { title = "Linux: close in SYN-SENT", cites = { "RFC 9293 3.10.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.delay { from = b, by = "50ms" }

b:app(function() b:listen(80):accept() end, { daemon = true })
a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000, wait = false })
  sim.sleep("20ms")
  conn:close()
end)
