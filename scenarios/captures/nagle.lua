-- Linux: Nagle. A writes ten times 10 octets, 2 ms apart.
--
-- To look at: the first leaves at once, the other 90 octets wait for its ACK, which B delays by 40 ms
-- since it answered A's last segment with data.
sim.scenario { title = "Linux: Nagle and a delayed ACK", cites = { "RFC 9293 3.7.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function(conn)
  for _ = 1, 10 do
    conn:send(10)
    sim.sleep("2ms")
  end
end)
kernel.server(b, function(conn) conn:discard(100) end)
