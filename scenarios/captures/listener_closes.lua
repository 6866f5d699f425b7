-- Linux: B closes its listener, with one connection not accepted yet, and another in SYN-RECEIVED, since
-- its client's ACKs are lost: the first is reset, the second forgotten.
sim.scenario { title = "Linux: a listener is closed", cites = { "RFC 9293 3.10.4" }, allow = "unfinished" }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = a, match = function(segment) return segment.sport == 40001 and segment.flags ~= "S" end }

for port = 40000, 40001 do
  a:app(function()
    sim.sleep((port - 40000) * 0.02)
    local conn = a:connect(b, 80, { local_port = port })
    sim.sleep("500ms")
    conn:send(10)
  end)
end
b:app(function()
  local listener = b:listen(80)
  sim.sleep("200ms")
  listener:close()
end)
sim.at("700ms", function() a:crash() end) -- the capture ends here
