-- Linux: forged RSTs. In the window but not exact: a challenge ACK. Outside: nothing. Exact: reset.
sim.scenario { title = "Linux: forged RSTs", cites = { "RFC 5961 3" }, allow = "unfinished" }
local kernel = require "kernel"
local a, b = kernel.stage()
local forge = kernel.forger(b)

sim.at("252ms", function() forge("R 201:201(0)") end)
sim.at("952ms", function() forge("R 4294966397:4294966397(0)") end) -- 1000 below RCV.NXT
sim.at("1652ms", function() forge("R 1073741925:1073741925(0)") end)
sim.at("2352ms", function() forge("R 101:101(0)") end)
kernel.client(a, b, function(conn)
  sim.sleep("2801ms")
  conn:send(10)
  conn:recv()
end)
kernel.server(b, function(conn)
  local _, err = conn:recv()
  expect.equal(err, "connection reset")
end)
