-- Linux: forged segments in SYN-RECEIVED, each on a connection of its own.
--
-- To look at: the exact RST ends it; one in the window draws an ACK, one outside nothing. A SYN in the
-- window draws a RST and ends it, one outside an ACK, the SYN itself SYN,ACK. An ACK that is wrong draws
-- a RST with its number. What has no ACK draws nothing.
sim.scenario { title = "Linux: forged segments in SYN-RECEIVED", cites = { "RFC 9293 3.10.7.4", "RFC 5961 3, 4, 5" },
  allow = { "unfinished", "integrity" } }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.ports(b, false, {
  ". 1001:1001(0) ack 7001", "R 1001:1001(0)", "R 1101:1101(0)", "R 951:951(0)", "R. 1101:1101(0) ack 7001",
  "S 1000:1000(0)", "S 1101:1101(0)", "S 900:900(0)", "S. 1000:1000(0) ack 7001", "S. 1001:1001(0) ack 7001",
  ". 1000:1000(0) ack 7001", ". 1001:1001(0) ack 8001", ". 1001:1001(0) ack 7000",
  ". 1073742825:1073742825(0) ack 7001", "P 1001:1011(10)", "P. 1001:1011(10) ack 7001", "F 1001:1001(0)",
  "F. 1001:1001(0) ack 7001", "- 1001:1001(0)",
}, { ". 1001:1001(0) ack 7001", "P. 1001:1011(10) ack 7001", "R 1011:1011(0)" })
