-- Linux: forged RSTs and SYNs, one in 100 ms. No more than one challenge ACK in 500 ms.
sim.scenario { title = "Linux: the limit of challenge ACKs", cites = { "RFC 5961 7" } }
local kernel = require "kernel"
local a, b = kernel.stage()
local forged = {}
for i = 0, 7 do
  forged[#forged + 1] = { 0.252 + i * 0.1, "R 201:201(0)" }
  forged[#forged + 1] = { 1.352 + i * 0.1, "S 201:201(0)" }
end
kernel.forged(a, b, "3s", forged)
