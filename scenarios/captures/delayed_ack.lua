-- Linux: quick ACKs, then delayed ones, then quick ones again.
--
-- A sends an octet every 100 ms, 40 times, then five of them 300 ms apart. To look at: the first 16
-- are acknowledged at once, the others 40 ms later; after a pause of more than the RTO at once again
-- (300 ms is more than 220 ms; in the rfc set the RTO is 1.02 s).
sim.scenario { title = "Linux: quick and delayed ACKs", cites = { "RFC 9293 3.8.6.3" } }
local kernel = require "kernel"
local a, b = kernel.stage()

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  for i = 1, 45 do
    conn:send(1)
    sim.sleep(i < 40 and "100ms" or "300ms")
  end
end)
b:app(function() b:listen(80):accept():discard(45) end)
