-- Linux: A has let go of the connection, B does not close: after tcp_fin_timeout (here 3 s) FIN-WAIT-2
-- ends without a word, and B's data draw a RST.
--
-- To look at: B's first send succeeds, the second fails.
sim.scenario { title = "Linux: FIN-WAIT-2 ends", cites = { "RFC 9293 3.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { fin_wait_2_timeout = "3s" })

kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  expect.equal(conn:recv(), nil)
  sim.sleep("4s")
  expect.equal(conn:send(100), 100)
  sim.sleep("100ms")
  expect.equal(conn:send(100), nil)
end)

expect.states(a, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSED")
