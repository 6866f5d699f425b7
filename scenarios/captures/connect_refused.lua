-- Linux: nobody listens on the port. The RST has SEQ 0, an ACK of the SYN and no options.
sim.scenario { title = "Linux: connection refused", cites = { "RFC 9293 3.5.2" } }
local kernel = require "kernel"
local a, b = kernel.stage()

a:app(function()
  local conn, err = a:connect(b, 81, { local_port = 40000 })
  expect.equal(conn, nil)
  expect.equal(err, "connection refused")
end)
