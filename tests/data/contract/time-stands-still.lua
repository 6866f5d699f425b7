-- Lua, limits: an application that never lets time pass ends the run.
-- expect-status: 3
-- expect-message: time does not advance
local host = sim.host("a", { address = "10.0.0.1" })
host:app(function() while true do sim.sleep(0) end end)
