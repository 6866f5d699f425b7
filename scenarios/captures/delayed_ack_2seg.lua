-- Linux: bursts of one to five full segments, 150 ms apart.
--
-- To look at: the first is acknowledged after 40 ms, since B has just answered A; when that ACK has
-- waited in vain B goes back to quick ACKs, and acknowledges every segment of the others.
sim.scenario { title = "Linux: ACKs of bursts", cites = { "RFC 9293 3.8.6.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { nagle = false })

kernel.client(a, b, function(conn)
  for n = 1, 5 do
    conn:send(n * kernel.mss)
    sim.sleep("150ms")
  end
end)
kernel.server(b, function(conn) conn:discard(15 * kernel.mss) end)
