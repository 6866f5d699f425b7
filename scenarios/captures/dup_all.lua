-- Linux: every packet arrives twice. B's application answers a little later than both copies arrive.
--
-- To look at: the second copy of the last ACK reaches B when its connection is over and draws a RST,
-- which ends A's TIME-WAIT: an assassination without an assassin (RFC 1337).
sim.scenario { title = "Linux: every packet doubled", cites = { "RFC 1337", "RFC 2883 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.duplicate { copies = 1 }

kernel.client(a, b, function(conn) conn:close() end)
b:app(function()
  local conn = b:listen(80):accept()
  conn:recv_all(100)
  sim.sleep("100us")
  conn:send(100)
  expect.equal(conn:recv(), nil)
  sim.sleep("100ms")
  conn:close()
end)
