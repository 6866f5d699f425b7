-- First paragraph: a value without its unit is an error.
-- expect-status: 2
-- expect-message: time-without-unit.lua:4: 
sim.at("10", function() end)
