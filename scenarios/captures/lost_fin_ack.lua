-- Linux: the ACK of a FIN is lost. The FIN comes again after the RTO, to CLOSE-WAIT, and is
-- acknowledged at once, with D-SACK where there is SACK.
sim.scenario { title = "Linux: the ACK of a FIN is lost", cites = { "RFC 9293 3.10.7.4 eighth", "RFC 2883 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, pattern = ". 101:101(0) ack 102", nth = 1 }

kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  expect.equal(conn:recv(), nil)
  sim.sleep(kernel.rfc and "1.5s" or "500ms")
  conn:close()
end)
