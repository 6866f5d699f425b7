-- Linux: B does not read, then vanishes: three probes (tcp_retries2) without an answer, and A gives up.
--
-- To look at: the interval does not double more often than three times.
sim.scenario { title = "Linux: zero-window probes that are not answered", cites = { "RFC 9293 3.8.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { retries = 3 }, kernel.small_buffer())
sim.drop { from = b, after = "2.5s" }
kernel.plain(a, b, function(conn)
  conn:send(8000)
  local _, err = conn:recv()
  expect.equal(err, "timed out")
end, function() sim.sleep("28s") end)
