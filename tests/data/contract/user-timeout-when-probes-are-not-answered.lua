-- The other half: from the first probe that nobody answers it runs again.
local client = sim.host("client", { address = "10.0.0.1", user_timeout = "30s" })
local server = sim.host("server", { address = "10.0.0.2", recv_buffer = 1000 })
local link = sim.link(client, server, { delay = "10ms" })

server:app(function() server:listen(80):accept():wait("CLOSED") end, { daemon = true })
client:app(function()
  local conn = client:connect(server, 80)
  conn:send(3000)
  sim.sleep("40s")
  link:down()
  local octets, err = conn:recv()
  expect.equal(octets, nil)
  expect.equal(err, "connection aborted due to user timeout")
  expect.near(sim.now(), 63.24 + 30, 1e-9) -- the probe of 63.24 is the first that is lost
end)
