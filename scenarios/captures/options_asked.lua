-- Linux: A offers SACK and scale, B has SACK and timestamps: SACK alone is agreed on.
sim.scenario { title = "Linux: options that one side has", cites = { "RFC 7323 2.2", "RFC 2018 2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { sack = true, timestamps = false, window_scale = 10 },
  { timestamps = true, window_scale = false, sack = true })
kernel.client(a, b, function(conn) conn:send(5000) end)
kernel.server(b, function(conn) conn:discard(5000) end)
