-- Linux: backlog 0 has room for one. Two handshakes run beside each other; the second one's last ACK
-- finds the queue full and is dropped.
--
-- To look at: A is established, B repeats its SYN,ACK; when the first was accepted, the ACK that answers
-- the repetition is taken.
sim.scenario { title = "Linux: the last ACK of a handshake finds no room", cites = { "RFC 9293 3.10.1" } }
local kernel = require "kernel"
kernel.late_acks()
