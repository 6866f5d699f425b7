-- Linux: requests that the server answers after 20, 60 and 120 ms, in turn.
--
-- To look at: where text is answered by text the ACK waits for it, 40 ms; once it has waited in vain it
-- does not wait the next time.
sim.scenario { title = "Linux: answers after 20, 60 and 120 ms", cites = { "RFC 9293 3.8.6.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, nil, { nagle = false })
kernel.client(a, b, function(conn)
  for _ = 1, 9 do
    conn:send(50)
    conn:recv_all(50)
    sim.sleep("30ms")
  end
end)
kernel.server(b, function(conn)
  for i = 0, 8 do
    conn:recv_all(50)
    sim.sleep(({ "20ms", "60ms", "120ms" })[i % 3 + 1])
    conn:send(50)
  end
end)
