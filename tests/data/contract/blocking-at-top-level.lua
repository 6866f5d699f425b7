-- Acting: elsewhere (top level) blocking is an error by name.
-- expect-status: 2
-- expect-message: blocking-at-top-level.lua:4: sim.sleep
sim.sleep("1s")
