-- Linux: A aborts in FIN-WAIT-2: a RST with SEQ = SND.NXT, behind the FIN.
sim.scenario { title = "Linux: abort in FIN-WAIT-2", cites = { "RFC 9293 3.10.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.client(a, b, function(conn)
  conn:shutdown()
  sim.sleep("200ms")
  conn:abort()
end)
kernel.server(b, function(conn)
  conn:recv()
  sim.sleep("400ms")
  expect.equal(conn:send("x"), nil)
end)
