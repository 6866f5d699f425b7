-- Fine print, "Giving up": user_timeout runs from the oldest unacknowledged octet's send and fires at
-- that very instant.
local client = sim.host("client", { address = "10.0.0.1", user_timeout = "5s" })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "10ms" })

server:app(function() server:listen(80):accept():recv() end, { daemon = true })
client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("1s")
  link:down()
  conn:send("x")
  local octets, err = conn:recv()
  expect.equal(err, "connection aborted due to user timeout")
  expect.near(sim.now(), 6.02, 1e-9)
  expect.equal(select(2, conn:send("z")), "connection aborted due to user timeout")
end)
