-- Linux: five segments of 100 octets are lost, and come again as one of 500 (rfc set), or of 400
-- where a tail loss probe took the last (linux set).
sim.scenario { title = "Linux: small segments are joined", cites = { "RFC 9293 3.7.4" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { nagle = false })
sim.drop { from = a, after = "200ms", count = 5 }

kernel.client(a, b, function(conn)
  for _ = 1, 5 do conn:send(100) end
end)
kernel.server(b, function(conn) conn:discard(500) end)
