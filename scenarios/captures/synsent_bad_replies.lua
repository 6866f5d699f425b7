-- Linux: forged answers to a SYN whose real one never comes.
--
-- To look at: a RST with a wrong ACK is ignored, but the SYN comes again 8 ms later (once); a RST
-- without ACK, a FIN and an ACK without SYN that is right are ignored; an ACK that is wrong draws a
-- RST with its number; the RST that acknowledges the SYN ends it.
sim.scenario { title = "Linux: bad answers to a SYN", cites = { "RFC 9293 3.10.7.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { iss = 200000 })
sim.drop { from = a }
local forge = kernel.forger(a, "B > A: ")
local function at(time, segment)
  sim.at(time, function() forge(segment, { absolute = true, sport = 80, dport = 40000 }) end)
end

at("100ms", "R. 5000:5000(0) ack 200000 win 65535")
at("200ms", "R 5000:5000(0) win 65535")
at("300ms", ". 5000:5000(0) ack 200000 win 65535")
at("400ms", ". 5000:5000(0) ack 200001 win 65535")
at("500ms", "S. 5000:5000(0) ack 200000 win 65535")
at("600ms", "S. 5000:5000(0) ack 200002 win 65535")
at("700ms", "F. 5000:5000(0) ack 200001 win 65535")
at("800ms", "R. 5000:5000(0) ack 200001 win 65535")
a:app(function()
  local conn, err = a:connect(b, 80, { local_port = 40000 })
  expect.equal(conn, nil)
  expect.equal(err, "connection refused")
end)
