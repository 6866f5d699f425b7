-- Linux: A closes with more to send than B's window holds. The probes and the rest of the octets go on
-- without A's user, and the FIN rides on the last of them.
sim.scenario { title = "Linux: close with octets to send", cites = { "RFC 9293 3.10.4", "RFC 9293 3.8.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, nil, {
  recv_buffer = 3 * kernel.mss, window_clamp = 2 * kernel.mss, window_scale = not kernel.rfc and 0,
})
a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("110ms")
  conn:send(8000)
  conn:close()
end)
b:app(function()
  local conn = b:listen(80):accept()
  sim.sleep("600ms")
  conn:discard()
  sim.sleep("100ms")
  conn:close()
end)
