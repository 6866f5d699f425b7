-- A reached limit is not an error that expect.error may take.
local client = sim.host("client", { address = "10.0.0.1", iss = 0xffffff00 })
local server = sim.host("server", { address = "10.0.0.2", iss = 0xffffff80 })
sim.link(client, server, { delay = "10ms" })

expect.error(function() while true do end end, "limit")
