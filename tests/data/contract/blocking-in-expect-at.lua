-- Acting: blocking works in host:app and sim.at; elsewhere it is an error by name.
-- expect-status: 2
-- expect-message: blocking-in-expect-at.lua:4: sim.sleep
expect.at("1s", function() sim.sleep("1s") end)
