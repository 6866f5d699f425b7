-- Linux: B reads slowly, 100 octets each 20 ms.
--
-- To look at: the window stays closed until a whole segment fits, and then admits exactly that one;
-- A never sends less while more is there to send. B's buffer holds three segments, as the kernel's did,
-- and its window never more than two.
sim.scenario { title = "Linux: avoiding silly windows", cites = { "RFC 9293 3.8.6.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, nil, {
  recv_buffer = 3 * kernel.mss, window_clamp = 2 * kernel.mss, window_scale = not kernel.rfc and 0,
})

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  conn:send(10000)
end)
b:app(function()
  local conn = b:listen(80):accept()
  sim.sleep("300ms")
  for _ = 1, 100 do
    conn:recv(100)
    sim.sleep("20ms")
  end
end)
