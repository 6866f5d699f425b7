-- Linux: three SENDs of 100 octets, 30 ms apart, under a cork, and the cork is taken off; then 2000 octets
-- under another one, and a close.
--
-- To look at: nothing that does not fill a segment leaves before the cork goes, but for the override
-- timeout of 200 ms, or a FIN.
sim.scenario { title = "Linux: TCP_CORK", cites = { "RFC 9293 3.8.6.2.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.client(a, b, function(conn)
  conn:set { cork = true }
  for _ = 1, 3 do
    conn:send(100)
    sim.sleep("30ms")
  end
  conn:set { cork = false }
  sim.sleep("100ms")
  conn:set { cork = true }
  conn:send(2000)
  sim.sleep("500ms")
  conn:close()
end)
kernel.server(b, function(conn)
  conn:discard()
  conn:close()
end)
