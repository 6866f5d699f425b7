-- Linux: A asks for a cookie on its SYN, twice; B does not know the option, and nothing else is different.
sim.scenario { title = "Linux: a server that does not take part in Fast Open", cites = { "RFC 7413 4.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { fast_open = "client" }, { fast_open = "client", nagle = false })
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
