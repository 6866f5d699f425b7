-- A long flow against short ones on every hop: the parking lot. RFC 5681 3.1.
--
-- One flow crosses two links of 500 kbit/s; on each of them it meets a flow that crosses that link alone. On
-- every link two flows compete, but the long one has twice the round trip and two queues to lose in: it gets
-- the smaller share on each. (A fair share would be a half.)
sim.scenario {
  title = "A long flow among short ones",
  cites = { "RFC 5681 3.1" },
}

local topology = require "topology"
local net = topology.parking_lot{
  hops = 2,
  access = { delay = "1ms" },
  bottleneck = { rate = "500kbit", delay = "20ms", limit = 8 },
}

local got = {}
local function flow(client, server, name)
  got[name] = 0
  server:app(function()
    local conn = server:listen(80):accept()
    while true do
      local octets = conn:recv(1460)
      if not octets then return end
      if sim.now() < 4 then got[name] = got[name] + #octets end
    end
  end, { daemon = true })
  client:app(function()
    local conn = client:connect(server, 80)
    conn:send(10000000)
  end, { daemon = true })
end

flow(net.client, net.server, "long")
for i = 1, 2 do flow(net.clients[i], net.servers[i], "short" .. i) end

expect.at("4s", function()
  for i = 1, 2 do
    local name = "short" .. i
    expect.truthy(got[name] > 1.5 * got.long) -- of the two that share link i
    local share = (got[name] + got.long) * 1500 / 1460 / (4 * 62500)
    expect.truthy(share > 0.85 and share <= 1) -- and hardly any of the link's time is lost
  end
  expect.truthy(got.long > 0.1 * 4 * 62500) -- it is not starved
  for _, host in ipairs{ net.client, net.clients[1], net.clients[2] } do host:crash() end
end)
