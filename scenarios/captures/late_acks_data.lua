-- Linux: as in late_acks, but the second client sends 100 octets, which are dropped likewise until there is room.
sim.scenario { title = "Linux: data for a connection that found no room", cites = { "RFC 9293 3.10.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.delay { from = a, pattern = ". 1:1(0)", before = "100ms", by = "50ms" }
for i = 0, 1 do
  a:app(function()
    sim.sleep(i * 0.005)
    local conn = a:connect(b, 80, { local_port = 40000 + i })
    if i == 1 then
      sim.sleep("100ms")
      conn:send(100)
    end
  end, { daemon = true })
end
b:app(function()
  local listener = b:listen(80, { backlog = 0 })
  sim.sleep("2.5s")
  listener:accept()
  sim.sleep("2s")
  listener:accept()
end, { daemon = true })
sim.at("6s", function()
  a:crash()
  b:crash()
end)
