-- Linux: a half-close. A ends its direction; B goes on sending, three times 1000 octets.
--
-- To look at: the ACK of A's FIN rides on the first of B's data; in FIN-WAIT-2 A acknowledges each
-- segment at once.
sim.scenario { title = "Linux: half-close", cites = { "RFC 9293 3.6" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function(conn)
  conn:shutdown()
  expect.equal(#conn:recv_all(3000), 3000)
  expect.equal(conn:recv(), nil)
  conn:close()
end)
kernel.server(b, function(conn)
  expect.equal(conn:recv(), nil)
  for _ = 1, 3 do
    conn:send(1000)
    sim.sleep("100ms")
  end
  conn:close()
end)

expect.states(a, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
