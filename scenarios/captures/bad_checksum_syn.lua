-- Linux: the first SYN, SYN,ACK and FIN of each end arrive with a wrong checksum: as if they were lost.
sim.scenario { title = "Linux: SYN, SYN,ACK and FINs with wrong checksums", cites = { "RFC 9293 3.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
for _, flags in ipairs { "S", "S.", "F." } do
  for _, from in ipairs { a, b } do sim.corrupt { from = from, flags = flags, nth = 1, offset = 16, mask = 0x55 } end
end
kernel.client(a, b, function(conn) conn:close() end)
kernel.server(b, function(conn)
  conn:recv()
  sim.sleep("500ms")
  conn:close()
end)
