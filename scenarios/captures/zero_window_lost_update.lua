-- Linux: B's window was closed and B reads, but the window update is lost.
--
-- To look at: the next probe draws an ACK with the window, and the transfer goes on.
sim.scenario { title = "Linux: a lost window update", cites = { "RFC 9293 3.8.6.1" } }
local kernel = require "kernel"
local size = 2 * kernel.mss
local a, b = kernel.stage(nil, nil, {
  recv_buffer = 3 * kernel.mss, window_clamp = size, window_scale = not kernel.rfc and 0,
})
local reads = kernel.rfc and 4.020 or 1.220
sim.drop { from = b, flags = ".", after = reads, nth = 1 }

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  conn:send(20000)
  sim.sleep(kernel.rfc and 12 or 6)
  conn:close()
end)
b:app(function()
  local conn = b:listen(80):accept()
  sim.sleep(reads - 0.010)
  conn:discard()
  conn:close()
end)
