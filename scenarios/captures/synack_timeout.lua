-- Linux: a forged SYN; what B answers is lost, and nobody acknowledges it. synack_retries is 4: the
-- SYN,ACK comes again after 1, 2, 4 and 8 s.
sim.scenario { title = "Linux: a SYN,ACK is repeated in vain", cites = { "RFC 9293 3.8.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, nil, { synack_retries = 4 })
sim.drop { from = b }
b:listen(80)
local forge = kernel.forger(b)

sim.at(0, function()
  forge("S 1000:1000(0) win 65535 <mss 1460>", { absolute = true, sport = 40000, dport = 80 })
end)
