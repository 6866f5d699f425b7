-- Linux: a user timeout of 3 s, and the path dies.
--
-- To look at: the time counts from the first repetition on, so that the one at 3.3 s (rfc set) still goes.
sim.scenario { title = "Linux: a user timeout", cites = { "RFC 9293 3.8.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { user_timeout = "3s" })
sim.partition(a, b, { from = "200ms" })
kernel.client(a, b, function(conn)
  conn:send(100)
  expect.equal(select(2, conn:recv()), "connection aborted due to user timeout")
end)
kernel.server(b)
