-- Fine print: peer:expect that finds nothing is a failed expectation.
-- expect-status: 1
-- expect-message: peer-expects-in-vain.lua:9
local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(peer, server, { delay = "10ms" })
peer:app(function()
  peer:send("S 0:0(0)", { to = server, sport = 4000, dport = 80 })
  expect.equal(peer:expect("S.", { within = "1s" }), nil)
  expect.near(sim.now(), 1, 1e-9)
end)
