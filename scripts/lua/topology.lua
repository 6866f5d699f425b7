-- topology.lua - networks that are often wanted, in one call each: chain, dumbbell, star, parking lot.
--
--     local topology = require "topology"
--     local net = topology.dumbbell{ pairs = 3, bottleneck = { rate = "10mbit", delay = "20ms" } }
--     net.clients[1]:connect(net.servers[1], 80)
--
-- Every function takes one table and returns one: of hosts, routers and links as sim.host, sim.router
-- and sim.link make them, in the order in which they are declared. All take
--   name    a text before every name, so that a scenario may build several ("west_" gives west_client1)
--   host    options of all hosts; client, server: of those alone, over them
--   router  options of all routers
--   family  4 (default) or 6
-- Addresses are 10.N.x.y (2001:db8:N::x in IPv6), N a number for each group of hosts, from 1.
local topology = {}

local groups = 0

-- Addresses of a group of hosts: a function from 1, 2, … to text.
local function new_group(family)
  groups = groups + 1
  local group = groups
  assert(group <= 255, "topology: more than 255 groups of hosts")
  return function(i)
    if family == 6 then return ("2001:db8:%x::%x"):format(group, i) end
    return ("10.%d.%d.%d"):format(group, (i - 1) // 250, (i - 1) % 250 + 1)
  end
end

local common = { "name", "host", "client", "server", "router", "family" }

-- Raises at the caller's caller: for what is missing, misspelt or out of range.
local function check(what, options, own)
  if type(options) ~= "table" then
    error(("topology.%s: expected a table of options"):format(what), 3)
  end
  local known = {}
  for _, list in ipairs{ common, own } do
    for _, name in ipairs(list) do known[name] = true end
  end
  for name in pairs(options) do
    if not known[name] then
      local names = table.concat(own, ", ") .. ", " .. table.concat(common, ", ")
      error(("topology.%s: unknown option \"%s\"; accepted: %s"):format(what, name, names), 3)
    end
  end
  if options.family ~= nil and options.family ~= 4 and options.family ~= 6 then
    error(("topology.%s: family is 4 or 6"):format(what), 3)
  end
end

local function count(what, options, name, least, default)
  local value = options[name]
  if value == nil then value = default end
  if math.type(value) ~= "integer" or value < least or value > 60000 then
    error(("topology.%s: %s: expected a whole number from %d to 60000"):format(what, name, least), 3)
  end
  return value
end

-- The entries of several tables in one, the later over the earlier ones.
local function merged(...)
  local all = {}
  for i = 1, select("#", ...) do
    for name, value in pairs((select(i, ...)) or {}) do all[name] = value end
  end
  return all
end

local function new_host(options, role, name, address)
  return sim.host((options.name or "") .. name,
    merged(options.host, role and options[role], { address = address }))
end

local function new_router(options, name)
  return sim.router((options.name or "") .. name, options.router)
end

-- client - r1 - r2 - … - server.
--   routers  how many (1)
--   link     options of every link; links: a list, of one link each from the client's on, over them
-- Returns client, server, routers, links.
function topology.chain(options)
  check("chain", options, { "routers", "link", "links" })
  local routers = count("chain", options, "routers", 0, 1)
  local net = { routers = {}, links = {} }
  net.client = new_host(options, "client", "client", new_group(options.family)(1))
  net.server = new_host(options, "server", "server", new_group(options.family)(1))
  local before = net.client
  for i = 1, routers + 1 do
    local next = net.server
    if i <= routers then
      next = new_router(options, "r" .. i)
      net.routers[i] = next
    end
    net.links[i] = sim.link(before, next, merged(options.link, (options.links or {})[i]))
    before = next
  end
  return net
end

-- client1 … - left - right - server1 …: every pair shares the link in the middle.
--   pairs       how many (1)
--   access      options of the links of the hosts
--   bottleneck  options of the link between the routers (forward: from the clients)
-- Returns clients, servers, left, right, bottleneck, access: a list, the clients' first.
function topology.dumbbell(options)
  check("dumbbell", options, { "pairs", "access", "bottleneck" })
  local n = count("dumbbell", options, "pairs", 1, 1)
  local net = { clients = {}, servers = {}, access = {} }
  net.left = new_router(options, "left")
  net.right = new_router(options, "right")
  net.bottleneck = sim.link(net.left, net.right, options.bottleneck)
  local client_address, server_address = new_group(options.family), new_group(options.family)
  for i = 1, n do
    net.clients[i] = new_host(options, "client", "client" .. i, client_address(i))
    net.servers[i] = new_host(options, "server", "server" .. i, server_address(i))
    net.access[i] = sim.link(net.clients[i], net.left, options.access)
  end
  for i = 1, n do net.access[n + i] = sim.link(net.right, net.servers[i], options.access) end
  return net
end

-- host1, host2, … around one router, "hub".
--   hosts  how many (2)
--   link   options of every link (forward: from the host); links: a list, of one link each, over them
-- Returns hub, hosts, links.
function topology.star(options)
  check("star", options, { "hosts", "link", "links" })
  local n = count("star", options, "hosts", 1, 2)
  local net = { hosts = {}, links = {}, hub = new_router(options, "hub") }
  local address = new_group(options.family)
  for i = 1, n do
    net.hosts[i] = new_host(options, nil, "host" .. i, address(i))
    net.links[i] = sim.link(net.hosts[i], net.hub, merged(options.link, (options.links or {})[i]))
  end
  return net
end

-- client - r1 - r2 - … - server, and beside every link between two routers a pair that uses that one
-- alone: client1 at r1, server1 at r2, client2 at r2, server2 at r3 …
--   hops        links between routers (2)
--   access      options of the links of the hosts
--   bottleneck  options of the links between routers; bottlenecks: a list, of one link each, over them
-- Returns client, server, clients, servers, routers, bottlenecks, access.
function topology.parking_lot(options)
  check("parking_lot", options, { "hops", "access", "bottleneck", "bottlenecks" })
  local hops = count("parking_lot", options, "hops", 1, 2)
  local net = { clients = {}, servers = {}, routers = {}, bottlenecks = {}, access = {} }
  local long, client_address = new_group(options.family), new_group(options.family)
  local server_address = new_group(options.family)
  net.client = new_host(options, "client", "client", long(1))
  net.server = new_host(options, "server", "server", long(2))
  for i = 1, hops + 1 do
    net.routers[i] = new_router(options, "r" .. i)
    if i > 1 then
      net.bottlenecks[i - 1] = sim.link(net.routers[i - 1], net.routers[i],
        merged(options.bottleneck, (options.bottlenecks or {})[i - 1]))
    end
  end
  local function join(a, b) net.access[#net.access + 1] = sim.link(a, b, options.access) end
  join(net.client, net.routers[1])
  join(net.routers[hops + 1], net.server)
  for i = 1, hops do
    net.clients[i] = new_host(options, "client", "client" .. i, client_address(i))
    net.servers[i] = new_host(options, "server", "server" .. i, server_address(i))
    join(net.clients[i], net.routers[i])
    join(net.routers[i + 1], net.servers[i])
  end
  return net
end

return topology
