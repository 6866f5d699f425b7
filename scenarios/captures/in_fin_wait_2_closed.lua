-- Linux: forged segments in FIN-WAIT-2, when B has let go of the connection, each on one of its own.
--
-- To look at: the kernel keeps only a small record of it, and follows RFC 793. A RST anywhere in the
-- window ends it without a challenge; a SYN in the window, and text, draw a RST and end it; what lies
-- outside the window draws an ACK, what has no ACK, and any ACK in the window, nothing. The FIN, and it
-- alone, leads to TIME-WAIT.
sim.scenario { title = "Linux: forged segments in FIN-WAIT-2, when nobody waits", cites = { "RFC 9293 3.10.7.4", "RFC 9293 3.6.1" },
  allow = "unfinished" }
local kernel = require "kernel"
local a, b = kernel.stage()
kernel.ports(b, true, {
  ". 1001:1001(0) ack 7002", "R 1001:1001(0)", "R 1101:1101(0)", "R 951:951(0)", "R. 1101:1101(0) ack 7002",
  "S 1000:1000(0)", "S 1001:1001(0)", "S 1101:1101(0)", "S 900:900(0)", "S. 1001:1001(0) ack 7002",
  ". 1000:1000(0) ack 7002", ". 1001:1001(0) ack 8001", ". 1001:1001(0) ack 3221232474",
  ". 1073742825:1073742825(0) ack 7002", "P 1001:1011(10)", "P. 1001:1011(10) ack 7002",
  "P. 991:1001(10) ack 7002", "F 1001:1001(0)", "F. 1011:1011(0) ack 7002", "F. 1001:1011(10) ack 7002",
  "- 1001:1001(0)",
}, { "F. 1001:1001(0) ack 7002", "R 1002:1002(0)" })
