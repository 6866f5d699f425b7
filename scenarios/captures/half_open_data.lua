-- Linux: A crashes without a word. B's data find nobody and draw a RST.
sim.scenario { title = "Linux: half-open, discovered by data", cites = { "RFC 9293 3.5.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function() a:crash() end)
kernel.server(b, function(conn)
  sim.sleep("610ms")
  conn:send(100)
  local _, err = conn:recv()
  expect.equal(err, "connection reset")
end)
