-- Linux: ABORT (SO_LINGER with no time, then close). The RST has an ACK.
sim.scenario { title = "Linux: abort", cites = { "RFC 9293 3.10.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function(conn) conn:abort() end)
kernel.server(b, function(conn)
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "connection reset")
end)
