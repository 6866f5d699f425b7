-- Fine print, "Giving up": user_timeout does not fire while a zero window's probes are answered, even
-- when it is shorter than the time between two probes.
local client = sim.host("client", { address = "10.0.0.1", user_timeout = "30s", retries = 3 })
local server = sim.host("server", { address = "10.0.0.2", recv_buffer = 1000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("20min")
  expect.equal(conn:discard(), 3000)
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send(3000)
  conn:close()
end)
