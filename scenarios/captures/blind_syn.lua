-- Linux: forged SYNs and SYN,ACKs, of whatever number: each draws a challenge ACK.
sim.scenario { title = "Linux: forged SYNs", cites = { "RFC 5961 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.forged(a, b, "4.5s", {
  { 0.252, "S 101:101(0)" }, { 0.952, "S 201:201(0)" },
  { 1.652, "S 4294966397:4294966397(0)" }, -- 1000 below RCV.NXT
  { 2.352, "S 1073741925:1073741925(0)" }, { 3.052, "S. 101:101(0) ack 101" },
  { 3.752, "S. 1073741925:1073741925(0) ack 101" },
})
