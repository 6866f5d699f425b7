-- Linux: the SYN with cookie and data is lost: its repetition has neither, and the data come after it.
sim.scenario { title = "Linux: Fast Open, and the SYN with data is lost", cites = { "RFC 7413 4.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { fast_open = "both" }, { fast_open = "both", nagle = false })
sim.drop { from = a, flags = "S", nth = 2 }
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
