-- Linux: forged data.
--
-- To look at: an ACK that is far too old or of what was not sent yet, and a number outside the window:
-- the data are dropped, and an ACK goes out. Without ACK they are dropped silently. The last are taken:
-- A sees an ACK of what it never sent and answers; the two would answer each other for ever, but for
-- the limit of one such ACK in 500 ms.
sim.scenario { title = "Linux: forged data", cites = { "RFC 5961 5", "RFC 9293 3.10.7.4" },
  allow = { "unfinished", "integrity" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.forged(a, b, "5.5s", {
  { 0.252, "P. 101:105(4) ack 3221225573" }, { 0.952, "P. 101:105(4) ack 1101" },
  { 1.652, "P. 51:55(4) ack 101" }, { 2.352, "P. 1073741925:1073741929(4) ack 101" },
  { 3.052, "P 101:105(4)" }, { 3.752, "F. 1073741925:1073741925(0) ack 101" },
  { 4.452, "P. 101:105(4) ack 101" },
})
