-- Linux: A asks for a cookie on its SYN, twice; B does not know the option, and nothing else is different.
sim.scenario { title = "Linux: a server that does not take part in Fast Open", cites = { "RFC 7413 4.1" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, { fast_open = "client" }, { fast_open = "client", nagle = false })
kernel.fast_open(a, b)
