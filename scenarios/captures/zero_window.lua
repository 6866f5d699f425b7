-- Linux: B does not read, and its window closes. Probes are empty, at SND.UNA - 1, one RTO after the
-- ACK that closed the window and then 2, 4, 8 of them; when B reads, the transfer goes on.
--
-- B's buffer holds three segments and its window never more than two, as the kernel's did.
sim.scenario { title = "Linux: zero window", cites = { "RFC 9293 3.8.6.1" } }
local kernel = require "kernel"
local size = 2 * kernel.mss
local a, b = kernel.stage(nil, nil, {
  recv_buffer = 3 * kernel.mss, window_clamp = size, window_scale = not kernel.rfc and 0,
})

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  conn:send(20000)
  while conn:info().snd_una < 20001 do sim.sleep("10ms") end
  sim.sleep("500ms")
  conn:close()
end)
b:app(function()
  local conn = b:listen(80):accept()
  sim.sleep(kernel.rfc and "17110ms" or "8110ms")
  conn:discard()
  conn:close()
end)
