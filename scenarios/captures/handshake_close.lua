-- Linux: handshake, request and response, and a close of four segments.
--
-- Set beside tests/data/captures, a real kernel's segments (tcpsim diff). To look at: quick ACKs
-- acknowledge the request and the response at once; the FIN waits for its ACK as data do, 40 ms, and
-- B's own FIN comes 100 ms after A's.
sim.scenario { title = "Linux: handshake, request, response, close", cites = { "RFC 9293 3.6" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  expect.equal(conn:recv(), nil)
  sim.sleep("100ms")
  conn:close()
end)

expect.states(a, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
