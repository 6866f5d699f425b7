-- Linux: the first SYN,ACK is lost. The SYN's timer and the SYN,ACK's run a race.
--
-- To look at: B answers the repeated SYN with SYN,ACK at once, and its own timer sends another in
-- the same instant; the client takes the second for a duplicate and acknowledges it. Which of the
-- two comes first, or whether the timer is stopped in time, differs from run to run of a kernel.
sim.scenario { title = "Linux: a lost SYN,ACK", cites = { "RFC 9293 3.8.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, flags = "S.", nth = 1 }

kernel.client(a, b, function() end)
kernel.server(b)
