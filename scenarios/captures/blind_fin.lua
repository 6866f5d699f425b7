-- Linux: forged FINs. Above the window: an ACK. In the window, out of order: kept, with SACK of its
-- number. Without ACK: nothing. The exact one closes B's side, and A's own data then draw a RST.
sim.scenario { title = "Linux: forged FINs", cites = { "RFC 5961 5", "RFC 9293 3.10.7.4 eighth" },
  allow = { "unfinished", "integrity" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.forged(a, b, "4s", {
  { 0.252, "F. 1073741925:1073741925(0) ack 101" }, { 0.952, "F. 111:111(0) ack 101" },
  { 1.652, "F 101:101(0)" }, { 2.352, "F. 101:101(0) ack 1101" }, { 3.052, "F. 101:101(0) ack 101" },
})
