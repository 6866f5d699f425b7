-- Linux: B vanishes. A's data are sent again with a doubled RTO until the time of six repetitions is
-- over (tcp_retries2 = 6).
--
-- To look at: that time is reckoned from 200 ms, 25.4 s in all, so an RTO of 1 s leaves room for no
-- more than four.
sim.scenario { title = "Linux: exponential backoff, and the end", cites = { "RFC 9293 3.8.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { retries = 6 })
sim.partition(a, b, { from = "200ms" })

kernel.client(a, b, function(conn)
  conn:send(100)
  local _, err = conn:recv()
  expect.equal(err, "timed out")
end)
kernel.server(b)
