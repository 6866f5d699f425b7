-- Ten thousand connections through one bottleneck, all of them open at once, in less than 100 MB.
sim.scenario{ title = "Ten thousand flows" }

local FLOWS, PAIRS = 10000, 100
local topology = require "topology"
local net = topology.dumbbell {
  pairs = PAIRS,
  access = { rate = "10gbit", delay = "1ms" },
  bottleneck = { rate = "1gbit", delay = "5ms", limit = 1000 },
  host = { msl = "10ms", backlog = FLOWS },
}

local open, done = 0, 0
for _, server in ipairs(net.servers) do
  server:app(function()
    local listener = server:listen(80)
    for _ = 1, FLOWS // PAIRS do
      local conn = listener:accept()
      open = open + 1
      server:app(function()
        expect.equal(conn:discard(), 3000)
        done = done + 1
        conn:close()
      end)
    end
  end)
end

for flow = 1, FLOWS do
  local client, server = net.clients[flow % PAIRS + 1], net.servers[flow % PAIRS + 1]
  client:app(function()
    sim.sleep(flow * 1e-4)
    local conn = client:connect(server, 80)
    sim.sleep(2 - sim.now() + flow * 1e-4)
    conn:send(3000)
    conn:close()
  end)
end

expect.at("2s", function()
  expect.equal(open, FLOWS)
  expect.equal(done, 0)
end)
expect.at("100s", function() expect.equal(done, FLOWS) end)
