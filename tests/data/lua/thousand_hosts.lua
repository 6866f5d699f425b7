-- A thousand hosts on ten routers around a hub: everyone finds everyone.
--
-- Ten routers around a hub, a hundred hosts at each. Host i calls host i + 505 (of another router always):
-- four links there and four back, 2 x 22 ms. One search of paths for each router is enough for all its
-- hosts, so this costs little. (scenarios/network/thousand-hosts.lua is the same with ten calls.)
sim.scenario {
  title = "A thousand hosts",
  cites = { "RFC 1812 5.2" },
}

local HOSTS, ROUTERS = 1000, 10

local hub = sim.router("hub")
local routers, hosts = {}, {}
for i = 1, ROUTERS do
  routers[i] = sim.router("router" .. i)
  sim.link(routers[i], hub, { delay = "10ms" })
end
for i = 1, HOSTS do
  hosts[i] = sim.host("host" .. i, { address = ("10.0.%d.%d"):format(i // 250, i % 250 + 1), msl = "1s" })
  sim.link(hosts[i], routers[i % ROUTERS + 1], { delay = "1ms" })
end

local answered = 0
for i, host in ipairs(hosts) do
  local peer = hosts[(i + 504) % HOSTS + 1]
  host:app(function()
    local conn = host:listen(7):accept()
    conn:send(conn:recv())
    conn:close()
  end)
  host:app(function()
    sim.sleep(i * 1e-5) -- one after the other, or all would begin at one instant
    local begun = sim.now()
    local conn = host:connect(peer, 7)
    expect.near(sim.now() - begun, 0.044, 1e-9)
    conn:send("hello " .. peer.name)
    expect.equal(conn:recv(), "hello " .. peer.name)
    conn:close()
    answered = answered + 1
  end)
end

expect.at("1s", function() expect.equal(answered, HOSTS) end)
