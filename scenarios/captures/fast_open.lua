-- Linux: the first connection asks for a cookie, the second sends its data on the SYN.
--
-- To look at: B answers before the handshake is done; text on a SYN does not hasten the ACK of a FIN.
sim.scenario { title = "Linux: Fast Open, and the data on the second SYN", cites = { "RFC 7413 4.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { fast_open = "both" }, { fast_open = "both", nagle = false })
kernel.fast_open(a, b)
