-- Linux: the first connection asks for a cookie, the second sends its data on the SYN.
--
-- To look at: B answers before the handshake is done; text on a SYN does not hasten the ACK of a FIN.
sim.scenario { title = "Linux: Fast Open, and the data on the second SYN", cites = { "RFC 7413 4.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { fast_open = "both" }, { fast_open = "both", nagle = false })
a:app(function()
  for i = 0, 1 do
    local conn = a:connect(b, 80, { local_port = 40000 + i, data = string.rep("q", 100) })
    conn:recv_all(100)
    conn:close()
    sim.sleep("300ms")
  end
end)
b:app(function()
  local listener = b:listen(80)
  for _ = 1, 2 do
    local conn = listener:accept()
    conn:recv_all(100)
    conn:send(100)
    conn:recv()
    conn:close()
  end
end)
