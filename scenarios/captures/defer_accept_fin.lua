-- Linux: as in defer_accept, but a FIN comes in place of text. B accepts, reads the end and closes.
--
-- To look at: the ACK of a FIN before which no text came waits a tick of the clock, and goes with B's FIN.
sim.scenario { title = "Linux: TCP_DEFER_ACCEPT, and a FIN", cites = { "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  conn:close()
end)
b:app(function()
  local conn = b:listen(80, { defer_accept = 2 }):accept()
  conn:recv()
  conn:close()
end)
