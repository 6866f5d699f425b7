-- Acting: elsewhere (callbacks of sort and gsub) blocking is an error by name.
-- expect-status: 2
-- expect-message: blocking-in-sort.lua:6: sim.sleep
local host = sim.host("a", { address = "10.0.0.1" })
host:app(function()
  table.sort({ 2, 1 }, function() sim.sleep("1s") end)
end)
