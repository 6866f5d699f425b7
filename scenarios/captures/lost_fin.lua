-- Linux: a lost FIN is sent again after the RTO: SRTT and 200 ms, or SRTT and 1 s in the rfc set.
sim.scenario { title = "Linux: a lost FIN", cites = { "RFC 9293 3.8.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, flags = "F.", nth = 1 }

kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  expect.equal(conn:recv(), nil)
  sim.sleep("200ms")
  conn:close()
end)
