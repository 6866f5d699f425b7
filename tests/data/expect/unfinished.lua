-- Applications that do not finish; a daemon need not.
local client = sim.host("client", { address = "10.0.0.1", iss = 0xffffff00 })
local server = sim.host("server", { address = "10.0.0.2", iss = 0xffffff80 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  server:listen(80):accept()
end)
server:app(function()
  server:listen(81):accept()
end, { daemon = true })
