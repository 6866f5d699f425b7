-- Linux: data are lost until the RTO has doubled twice or more; later data are lost again.
--
-- To look at: with timestamps (linux set) the ACK of a repetition is a sample, and the RTO of later
-- data is 224 ms again; without (rfc set) Karn's algorithm takes no sample, and 4.1 s stay.
sim.scenario { title = "Linux: the RTO after a backoff", cites = { "RFC 6298 5", "RFC 7323 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, after = "200ms", before = kernel.rfc and 3 or 1.2 }
local again = kernel.rfc and 6.2 or 3.2
sim.drop { from = a, after = again, before = again + 0.15 }

kernel.client(a, b, function(conn)
  conn:send(100)
  sim.sleep(kernel.rfc and 6 or 3)
  conn:send(100)
end)
kernel.server(b, function(conn) conn:discard(200) end)
