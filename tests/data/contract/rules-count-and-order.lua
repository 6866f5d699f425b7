-- Faults: nth is counted among the segments that match the rest; rules act in the order declared, and
-- the first drop ends it.
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
local first = sim.drop { from = client, flags = "S", nth = 1 }
local second = sim.drop { from = client, flags = "S", nth = 1 }
server:app(function() server:listen(80):accept():close() end)
client:app(function()
  client:connect(server, 80):close()
  expect.near(sim.now(), 3.02, 1e-9)
  expect.equal({ first.hits, second.hits }, { 1, 1 })
end)
