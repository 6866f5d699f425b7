-- Linux: the SYNs cross, and B's SYN,ACK is lost. B is established; A repeats its own by its timer, and B's
-- ACK of it completes A's handshake, too.
sim.scenario { title = "Linux: a simultaneous open, one SYN,ACK lost", cites = { "RFC 9293 3.5" } }
local kernel = require "kernel"
local a, b = kernel.stage()
sim.drop { from = b, flags = "S.", nth = 1 }
local function opens(host, peer, mine, its, pause)
  host:app(function()
    sim.sleep(pause)
    local conn = host:connect(peer, its, { local_port = mine })
    sim.sleep("200ms")
    conn:send(100)
    conn:recv_all(100)
  end)
end
opens(a, b, 40000, 80, 0)
opens(b, a, 80, 40000, "5ms")
