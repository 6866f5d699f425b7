-- Acting: elsewhere (match, with) blocking is an error by name.
-- expect-status: 2
-- expect-message: blocking-in-match.lua:7: sim.sleep
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.drop { match = function() sim.sleep("1s") end }
server:app(function() server:listen(80):accept():close() end)
client:app(function() client:connect(server, 80):close() end)
