-- Linux: 400,000 octets over an RTT of 100 ms: an initial window of 10, then slow start.
--
-- To look at: 10, 20, 40, 80 … segments a round trip, since B acknowledges each as long as its
-- window grows; in the rfc set the window without scaling, 65535 octets, stops that at 44.
sim.scenario { title = "Linux: slow start", cites = { "RFC 5681 3.1", "RFC 6928" } }
local kernel = require "kernel"
local a, b = kernel.stage("50ms", { send_buffer = "1MB" }, {
  recv_buffer = "2MiB", window_scale = not kernel.rfc and 5,
})

a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("170ms")
  conn:send(400000)
  conn:close()
end)
b:app(function()
  local conn = b:listen(80):accept()
  conn:discard()
  conn:close()
end)
