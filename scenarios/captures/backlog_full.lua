-- Linux: nobody accepts, and a backlog of 1 has room for two connections (Linux admits one more). The SYNs
-- of a third and a fourth client are dropped silently, and come again each second (linux set: four
-- times before the interval doubles). After 3.5 s one is accepted, and the next SYN finds room.
sim.scenario { title = "Linux: the backlog is full", cites = { "RFC 9293 3.10.1" }, allow = "unfinished" }
local kernel = require "kernel"
local a, b = kernel.stage()

for i = 0, 3 do
  a:app(function()
    sim.sleep(i * 0.05)
    a:connect(b, 80, { local_port = 40000 + i })
  end, { daemon = true })
end
b:app(function()
  local listener = b:listen(80, { backlog = 1 })
  sim.sleep("3.5s")
  listener:accept()
end)
sim.at("6s", function() a:crash() end) -- the capture ends here
