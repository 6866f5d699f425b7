-- Fine print, "Limits and failures": a limit gives status 3 even if something failed before.
-- options: --limit 5s
-- expect-status: 3
-- expect-message: limit-after-a-failure.lua:6: expect.equal
local host = sim.host("a", { address = "10.0.0.1" })
expect.equal(1, 2)
host:app(function() while true do sim.sleep("1s") end end)
