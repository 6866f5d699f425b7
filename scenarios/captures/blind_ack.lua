-- Linux: forged ACKs without data. Far too old, of what was not sent, with a number outside the
-- window: an ACK goes out. A little old, or right: nothing.
sim.scenario { title = "Linux: forged ACKs", cites = { "RFC 5961 5", "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.forged(a, b, "4.5s", {
  { 0.252, ". 101:101(0) ack 3221225573" }, { 0.952, ". 101:101(0) ack 1101" },
  { 1.652, ". 100:100(0) ack 101" }, { 2.352, ". 1073741925:1073741925(0) ack 101" },
  { 3.052, ". 101:101(0) ack 50" }, { 3.752, ". 101:101(0) ack 101" },
})
