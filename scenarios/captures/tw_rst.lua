-- Linux: forged RSTs in TIME-WAIT. Out of the window: ignored, for a FIN still draws an ACK. A's own
-- RST, the answer to that ACK, is exact and ends TIME-WAIT, so that the last FIN draws a RST.
sim.scenario { title = "Linux: RSTs in TIME-WAIT", cites = { "RFC 9293 3.10.7.4", "RFC 1337" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, nil, { rfc1337 = false })
local forge = kernel.forger(b)

sim.at("1s", function() forge("R 100102:100102(0) win 65535") end)
sim.at("1.6s", function() forge("F. 101:101(0) ack 102 win 65535") end)
sim.at("2.2s", function() forge("R 102:102(0) win 65535") end)
sim.at("2.8s", function() forge("F. 101:101(0) ack 102 win 65535") end)
kernel.passive_close(a, b)
