-- Linux: an old SYN reaches TIME-WAIT. It draws the ACK of the end, not SYN,ACK; A, which knows
-- nothing of that, answers with RST, and TIME-WAIT is over.
sim.scenario { title = "Linux: an old SYN in TIME-WAIT", cites = { "RFC 9293 3.10.7.4", "RFC 1337" } }
local kernel = require "kernel"
local a, b = kernel.stage()
local forge = kernel.forger(b)

sim.at("1s", function() forge("S 4294867296:4294867296(0) win 65535") end) -- 100000 below the ISS
kernel.passive_close(a, b)
