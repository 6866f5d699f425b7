-- Linux: an old duplicate SYN overtakes A's own (RFC 9293 figure 8).
--
-- To look at: B's SYN,ACK acknowledges what A never sent: A answers with RST and, unlike the figure,
-- repeats its SYN after 8 ms instead of a second. Its first SYN, late, draws a challenge ACK.
sim.scenario { title = "Linux: an old duplicate SYN", cites = { "RFC 9293 3.5" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { iss = 200000 })
local forge = kernel.forger(b)
sim.delay { from = a, flags = "S", nth = 1, by = "200ms" }

sim.at("20ms", function()
  forge("S 100000:100000(0) win 65535 <mss 1460>", { absolute = true, sport = 40000, dport = 80 })
end)
a:app(function()
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("10ms")
  conn:send(100)
  conn:recv_all(100)
end)
b:app(function()
  local conn = b:listen(80):accept()
  conn:recv_all(100)
  conn:send(100)
end)
