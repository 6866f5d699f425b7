-- Linux: forged segments to a port where nobody listens, each from another port.
--
-- To look at: without an ACK the RST has SEQ 0 and acknowledges what came (SYN and FIN count), with
-- one it has the ACK's number and no ACK; a RST draws nothing.
sim.scenario { title = "Linux: strays to a closed port", cites = { "RFC 9293 3.10.7.1" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.strays(b, 81, {
  "S 1000:1000(0)", "FS 2000:2000(0)", "F 3000:3000(0)", "- 4000:4000(0)", "P 5000:5010(10)",
  ". 6000:6000(0) ack 7000", "F. 7000:7000(0) ack 7000", "P. 8000:8010(10) ack 7000",
  "S. 9000:9000(0) ack 7000", "R 10000:10000(0)", "R. 11000:11000(0) ack 7000", "SR 12000:12000(0)",
})
