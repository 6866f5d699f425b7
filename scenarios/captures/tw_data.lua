-- Linux: what reaches TIME-WAIT. B's answers are lost, for A's RSTs would end it.
--
-- To look at: a FIN again, new octets, old octets and an old ACK each draw an ACK; the ACK that is
-- expected draws nothing; a newer SYN is let in.
sim.scenario { title = "Linux: segments in TIME-WAIT", cites = { "RFC 9293 3.10.7.4", "RFC 9293 3.6.1" },
  allow = "unfinished" }
local kernel = require "kernel"
local a, b = kernel.stage()
local forge = kernel.forger(b)
sim.drop { from = b, after = "0.9s" }

sim.at("1s", function() forge("F. 101:101(0) ack 102 win 65535") end)
sim.at("1.7s", function() forge("P. 102:112(10) ack 102 win 65535") end)
sim.at("2.4s", function() forge("P. 1:101(100) ack 102 win 65535") end)
sim.at("3.1s", function() forge(". 101:101(0) ack 102 win 65535") end)
sim.at("3.8s", function() forge(". 102:102(0) ack 102 win 65535") end)
sim.at("4.5s", function() forge("S 100000:100000(0) win 65535") end)
kernel.passive_close(a, b)
sim.at("5.2s", function() b:crash() end) -- the capture ends here
