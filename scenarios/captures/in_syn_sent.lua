-- Linux: forged segments in SYN-SENT, all without an ACK of the SYN but the fifth.
--
-- To look at: what has neither SYN nor ACK draws nothing; nor does a SYN with RST. The RST that
-- acknowledges the SYN refuses the connection, whatever else it says, and what comes then draws a RST.
sim.scenario { title = "Linux: forged segments in SYN-SENT", cites = { "RFC 9293 3.10.7.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { iss = 200000 })
sim.drop { from = a }
sim.drop { from = b }
local forge = kernel.forger(a, "B > A: ")
for i, segment in ipairs {
  "F 5000:5000(0)", "- 5000:5000(0)", "P 5000:5000(0)", "SR 5000:5000(0)", "SR. 5000:5000(0) ack 200001",
  "FS. 5000:5000(0) ack 200005",
} do
  sim.at(0.2 + 0.1 * i, function()
    forge(segment .. " win 65535", { absolute = true, sport = 80, dport = 40000 })
  end)
end
a:app(function()
  local conn, err = a:connect(b, 80, { local_port = 40000 })
  expect.equal(conn, nil)
  expect.equal(err, "connection refused")
end)
