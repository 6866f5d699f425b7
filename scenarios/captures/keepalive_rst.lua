-- Linux: keepalive after 2 s of idleness, but B has crashed meanwhile: the first probe draws a RST.
sim.scenario { title = "Linux: a keepalive probe to a forgotten connection", cites = { "RFC 9293 3.8.4", "RFC 9293 3.5.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { keepalive = { "2s", "1s", 3 } })
kernel.client(a, b, function(conn) expect.equal(select(2, conn:recv()), "connection reset") end)
kernel.server(b, function()
  sim.sleep("500ms")
  b:crash()
end)
