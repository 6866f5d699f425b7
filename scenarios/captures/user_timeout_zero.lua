-- Linux: a user timeout of 3 s; B does not read, and its window is closed. The probes are answered.
--
-- To look at: A gives up all the same, 3 s after the first probe.
sim.scenario { title = "Linux: a user timeout while the window is closed", cites = { "RFC 9293 3.8.3", "RFC 9293 3.8.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { user_timeout = "3s", send_buffer = "1MB" }, kernel.small_buffer())
kernel.plain(a, b, function(conn)
  conn:send(8000)
  expect.equal(select(2, conn:recv()), "connection aborted due to user timeout")
end, function() sim.sleep("12s") end)
