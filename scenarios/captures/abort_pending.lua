-- Linux: A aborts with octets that B's window did not let out: the RST has SEQ = SND.NXT.
--
-- To look at: what B has received it can still read.
sim.scenario { title = "Linux: abort with octets to send", cites = { "RFC 9293 3.10.5" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, nil, {
  recv_buffer = 3 * kernel.mss, window_clamp = 2 * kernel.mss, window_scale = not kernel.rfc and 0,
})
a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  conn:send(8000)
  sim.sleep("100ms")
  conn:abort()
end)
b:app(function()
  local conn = b:listen(80):accept()
  sim.sleep("600ms")
  conn:discard()
end)
