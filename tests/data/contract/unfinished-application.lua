-- Checking: every application finished, but for daemons.
-- expect-status: 1
-- expect-message: unfinished-application.lua:6: 
local host = sim.host("a", { address = "10.0.0.1" })
host:app(function() host:listen(80):accept() end, { daemon = true })
host:app(function() host:listen(81):accept() end)
