-- Linux: A offers timestamps and scale and no SACK, B has scale and SACK: scale alone is agreed on.
sim.scenario { title = "Linux: timestamps that one side has", cites = { "RFC 7323 3.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { sack = false, timestamps = true, window_scale = 10 }, { timestamps = false, window_scale = 10 })
kernel.client(a, b, function(conn) conn:send(5000) end)
kernel.server(b, function(conn) conn:discard(5000) end)
