-- Linux: A fills B's window to the octet and closes: the FIN goes with the first probe's time, and is taken when B reads.
sim.scenario { title = "Linux: a FIN into a closed window", cites = { "RFC 9293 3.8.6.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { send_buffer = "1MB" }, kernel.small_buffer())
kernel.plain(a, b, function(conn)
  conn:send(2 * kernel.mss)
  sim.sleep("300ms")
  conn:close()
end, function(conn)
  sim.sleep("1.5s")
  conn:discard()
  conn:close()
end)
