-- Three flows share one link: a dumbbell. RFC 5681 3.1, RFC 9293 3.8.2.
--
-- Three clients on fast links send 60 kB each to servers on the other side, through one link of 2 Mbit/s with
-- a queue of ten packets. Alone, one of them would need a quarter of a second; together they need three times
-- as long, for the link is hardly ever idle once they are under way. What the queue drops they send again, and
-- none is starved.
sim.scenario {
  title = "Three flows through one bottleneck",
  cites = { "RFC 5681 3.1", "RFC 9293 3.8.2", "MUST-19" },
}

local topology = require "topology"
local net = topology.dumbbell{
  pairs = 3,
  access = { rate = "100mbit", delay = "1ms" },
  bottleneck = { rate = "2mbit", delay = "10ms", limit = 10 },
}

local bytes = 60000
local done = {}
for i, server in ipairs(net.servers) do
  server:app(function()
    local conn = server:listen(80):accept()
    expect.equal(conn:discard(), bytes)
    done[#done + 1] = sim.now()
    conn:close()
    if #done == 3 then
      -- 180 kB in packets of 1500 octets at 250 kB a second.
      local least = 3 * bytes / 1460 * 1500 / 250000
      expect.truthy(done[3] > least)
      expect.truthy(done[3] < 1.5 * least) -- some of it waiting for a timer
      expect.truthy(done[1] > 0.6 * done[3])
    end
  end)
  local client = net.clients[i]
  client:app(function()
    local conn = client:connect(server, 80)
    conn:send(bytes)
    conn:close()
  end)
end
