-- Linux: A writes twice 100 octets and waits for an answer, four times: Nagle holds the second write
-- until the first is acknowledged, and B delays that ACK, for it has nothing to answer yet.
sim.scenario { title = "Linux: write, write, read", cites = { "RFC 9293 3.7.4", "RFC 9293 3.8.6.3" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function(conn)
  for _ = 1, 4 do
    conn:send(100)
    conn:send(100)
    conn:recv_all(100)
  end
end)
kernel.server(b, function(conn)
  for _ = 1, 4 do
    conn:recv_all(200)
    conn:send(100)
  end
end)
