-- Linux: both ends send an urgent octet among others, at the same time, then three of which the last is.
--
-- To look at: each SEND of urgent data is a segment of its own; its pointer names the octet behind the last.
sim.scenario { title = "Linux: urgent data both ways", cites = { "RFC 9293 3.8.5" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { nagle = false }, { nagle = false })
local function act(conn)
  conn:send("abc")
  conn:send("X", { urgent = true })
  conn:send("def")
  sim.sleep("200ms")
  conn:send("pqr", { urgent = true })
  conn:discard(10)
end
kernel.client(a, b, act)
kernel.server(b, function(conn)
  sim.sleep("110ms")
  act(conn)
end)
