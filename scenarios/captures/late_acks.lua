-- Linux: backlog 0 has room for one. Two handshakes run beside each other; the second one's last ACK
-- finds the queue full and is dropped.
--
-- To look at: A is established, B repeats its SYN,ACK; when the first was accepted, the ACK that answers
-- the repetition is taken.
sim.scenario { title = "Linux: the last ACK of a handshake finds no room", cites = { "RFC 9293 3.10.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.delay { from = a, pattern = ". 1:1(0)", before = "100ms", by = "50ms" }
for i = 0, 1 do
  a:app(function()
    sim.sleep(i * 0.005)
    local conn = a:connect(b, 80, { local_port = 40000 + i })
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
