-- Linux: a close of three segments, since B closes as soon as it reads the end of the stream.
--
-- To look at: A's FIN would be acknowledged 40 ms later; B's FIN leaves before that and carries the
-- acknowledgment.
sim.scenario { title = "Linux: a close of three segments", cites = { "RFC 9293 3.6" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  expect.equal(conn:recv(), nil)
  conn:close()
end)

expect.states(b, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
