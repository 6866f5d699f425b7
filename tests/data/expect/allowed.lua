-- The same, meant so.
sim.scenario { title = "unfinished", allow = "unfinished" }
local client = sim.host("client", { address = "10.0.0.1", iss = 0xffffff00 })
local server = sim.host("server", { address = "10.0.0.2", iss = 0xffffff80 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  server:listen(80):accept()
end)
