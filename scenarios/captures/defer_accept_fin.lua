-- Linux: as in defer_accept, but a FIN comes in place of text. B accepts, reads the end and closes.
--
-- To look at: the ACK of a FIN before which no text came waits a tick of the clock, and goes with B's FIN.
sim.scenario { title = "Linux: TCP_DEFER_ACCEPT, and a FIN", cites = { "RFC 9293 3.10.7.4" } }
local kernel = require "kernel"
local function closes(conn) conn:close() end
kernel.defer_accept(closes, closes)
