-- Linux: keepalive after 2 s, then each second, three times. Two probes are answered, then the
-- answers are lost: after the third A gives up, with a RST that has an ACK.
sim.scenario { title = "Linux: keepalive", cites = { "RFC 9293 3.8.4" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { keepalive = { "2s", "1s", 3 } })
sim.partition(b, a, { from = "5s", oneway = true })

kernel.client(a, b, function(conn)
  local _, err = conn:recv()
  expect.equal(err, "timed out")
end)
kernel.server(b, function(conn)
  local _, err = conn:recv()
  expect.equal(err, "connection reset")
end)
