-- Linux: the SYN with cookie and data is lost: its repetition has neither, and the data come after it.
sim.scenario { title = "Linux: Fast Open, and the SYN with data is lost", cites = { "RFC 7413 4.2" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { fast_open = "both" }, { fast_open = "both", nagle = false })
sim.drop { from = a, flags = "S", nth = 2 }
kernel.fast_open(a, b)
