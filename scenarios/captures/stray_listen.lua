-- Linux: forged segments to a listener, each from another port.
--
-- To look at: an ACK draws a RST with its number; a SYN alone is answered by SYN,ACK, one with FIN is
-- dropped; a RST, and what has no ACK, draws nothing. The forged SYN's SYN,ACK reaches A, which knows
-- nothing of it.
sim.scenario { title = "Linux: strays to a listener", cites = { "RFC 9293 3.10.7.2" } }
local kernel = require "kernel"
local a, b = kernel.stage()
b:listen(80)
kernel.strays(b, 80, {
  "F 1000:1000(0)", "- 2000:2000(0)", "P 3000:3010(10)", "FS 4000:4000(0)",
  ". 5000:5000(0) ack 7000", "F. 6000:6000(0) ack 7000", "P. 7000:7010(10) ack 7000",
  "S. 8000:8000(0) ack 7000", "R 9000:9000(0)", "R. 10000:10000(0) ack 7000", "SR 11000:11000(0)",
  "S 12000:12000(0)",
})
