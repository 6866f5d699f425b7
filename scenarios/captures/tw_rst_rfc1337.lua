-- Linux: the RSTs of tw_rst with tcp_rfc1337 = 1: none ends TIME-WAIT, and each FIN draws an ACK.
sim.scenario { title = "Linux: RSTs in TIME-WAIT, with RFC 1337", cites = { "RFC 1337 3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, nil, { rfc1337 = true })
local forge = kernel.forger(b)

sim.at("1s", function() forge("R 100102:100102(0) win 65535") end)
sim.at("1.6s", function() forge("F. 101:101(0) ack 102 win 65535") end)
sim.at("2.2s", function() forge("R 102:102(0) win 65535") end)
sim.at("2.8s", function() forge("F. 101:101(0) ack 102 win 65535") end)
kernel.passive_close(a, b)
