-- Linux: A aborts, and the RST is lost. B learns of it only when it sends.
sim.scenario { title = "Linux: a lost RST", cites = { "RFC 9293 3.10.5", "RFC 9293 3.5.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = "R." }

kernel.client(a, b, function(conn) conn:abort() end)
kernel.server(b, function(conn)
  sim.sleep("500ms")
  conn:send(100)
  local _, err = conn:recv()
  expect.equal(err, "connection reset")
end)
