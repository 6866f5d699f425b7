-- Linux: forged data that are right. A sees an ACK of what it never sent and answers, B answers the
-- answer: the limit of one such ACK in 500 ms ends that.
sim.scenario { title = "Linux: forged data that are taken", cites = { "RFC 5961 5.2", "RFC 5961 7" },
  allow = { "unfinished", "integrity" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.forged(a, b, "2s", { { 0.252, "P. 101:111(10) ack 101" } })
