-- A user who calls anything at any time: two hosts and a router, whose applications, rules, forgers and links do what
-- the seed says, with values that are sensible, at a bound or of the wrong kind. What is refused is refused by an error,
-- which is caught; nothing may crash, hang or trip over the checks of the core. `tests/swarm/any_call` runs it.
sim.scenario {
  title = "any call at any time",
  allow = { "integrity", "window", "unfinished", "moves" },
  limit = "10min",
}

-- Every option of a host, and the words that it takes, as the errors tell of them.
local options = {}
local _, all = pcall(sim.host, "nobody", { ["no option"] = true })
for name in all:gsub("^.*Accepted: ", ""):gmatch "[%w_]+" do
  local _, expected = pcall(sim.host, "nobody", { address = "10.0.0.9", [name] = "no word" })
  local choices = {}
  for word in tostring(expected):gsub("^.*expected ", ""):gsub("; got.*$", ""):gmatch '"([^"]+)"' do
    choices[#choices + 1] = word
  end
  if name ~= "address" and name ~= "tcp" and name ~= "profile" then
    options[#options + 1] = { name = name, choices = choices }
  end
end
assert(#options > 100)

local function one_of(list) return list[sim.random(1, #list)] end
local function chance(percent) return sim.random(1, 100) <= percent end

local times = { "1us", "1ms", "7ms", "40ms", "200ms", "1s", "3s", "75s", "2min", "1h", "24h" }
local numbers = { 0, 1, 2, 3, 7, 10, 20, 64, 100, 536, 1000, 1460, 4096, 65535, 65536, 1048576, 1073741824, 4294967295 }
local odd = { false, true, "off", "", "on", -1, 0.5, 1e300, "1", "10 ms", "64KiB", {}, { 1, 2, 3 }, { idle = "1s" } }

local function any_value(option)
  local kind = sim.random(1, 10)
  if kind == 1 then return one_of(odd) end
  if #option.choices > 0 and kind < 8 then return one_of(option.choices) end
  if kind < 5 then return one_of(times) end
  if kind < 8 then return one_of(numbers) end
  if kind == 8 then return { idle = one_of(times), interval = one_of(times), count = one_of(numbers) } end
  if kind == 9 then return { count = one_of(numbers), interval = one_of(times), per = one_of { "connection", "host" } } end
  return chance(50)
end

-- Options one of which is refused are refused whole: mostly few are asked for.
local function any_options(most)
  local set = {}
  for _ = 1, sim.random(0, most) do
    local option = one_of(options)
    set[option.name] = any_value(option)
  end
  return set
end

-- As many of them as are taken together.
local function taken(most, try)
  local set = {}
  for name, value in pairs(any_options(most)) do
    local with = { [name] = value }
    for other, its in pairs(set) do with[other] = its end
    if pcall(try, with) then set = with end
  end
  return set
end

local profiles = { "rfc9293", "rfc9293", "linux", "freebsd" }
local families = { { "10.0.0.1", "10.0.0.2" }, { "2001:db8::1", "2001:db8::2" } }
local addresses = one_of(families)

-- A host cannot be taken back: its options are asked for until they are taken.
local function host(name, address)
  for _ = 1, 20 do
    local wanted = any_options(6)
    wanted.address, wanted.profile = address, one_of(profiles)
    local made, result = pcall(sim.host, name, wanted)
    if made then return result end
  end
  return sim.host(name, { address = address })
end

local client, server = host("client", addresses[1]), host("server", addresses[2])
local hosts = { client, server }

local function any_link()
  local link = { delay = one_of(times) }
  if chance(90) then link.delay = one_of { "1ms", "10ms", "100ms" } end
  if chance(30) then link.loss = one_of { "1%", "10%", 0.3, { pattern = "100" }, { list = { 2, 5 } } } end
  if chance(20) then link.rate = one_of { "56kbit", "1mbit", "1gbit" } end
  if chance(20) then link.jitter = one_of { "1ms", "20ms" } end
  if chance(15) then link.duplicate = "5%" end
  if chance(15) then link.corrupt = "5%" end
  if chance(15) then link.reorder = { probability = "20%", correlation = "50%", gap = sim.random(1, 5) } end
  if chance(15) then link.limit = sim.random(1, 20) end
  if chance(15) then link.mtu = one_of { 68, 100, 576, 1280, 1500, 9000, 65535 } end
  return link
end

local function make_link()
  for _ = 1, 20 do
    local made, link = pcall(sim.link, client, server, any_link())
    if made then return link end
  end
  return sim.link(client, server)
end
local link = make_link()

-- ---- what can be done with what there is ----

local conns, listeners, rules, segments = {}, {}, {}, {}
local states = { "ESTABLISHED", "FIN-WAIT-2", "CLOSE-WAIT", "TIME-WAIT", "CLOSED", "SYN-SENT" }
local patterns = { "S", "S.", ".", "P.", "F.", "R", "R.", "-", "FSRP.UEW", "SF", "PU." }

-- The last ones; the older go.
local function keep(list, thing)
  if thing ~= nil then list[#list + 1] = thing end
  if #list > 6 then table.remove(list, 1) end
end

local function any_segment()
  local seq = one_of { 0, 1, 2, 100, 1460, 2921, 65535, 4294967295, 2147483648 }
  local len = chance(60) and 0 or one_of { 1, 2, 100, 1460 }
  local text = ("%s %d:%d(%d)"):format(one_of(patterns), seq, (seq + len) % 4294967296, len)
  if chance(70) then text = text .. (" ack %d"):format(one_of { 0, 1, 2, 101, 1461, 4294967295 }) end
  if chance(40) then text = text .. (" win %d"):format(one_of { 0, 1, 100, 65535 }) end
  if chance(10) then text = text .. " urg 5" end
  if chance(40) then
    text = text .. " " .. one_of {
      "<mss 536>", "<mss 0>", "<mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 14>", "<TS val 4294967295 ecr 1>",
      "<sack 1:101>", "<sack 101:1 5:9>", "<nop,nop,sack 1:2 3:4 5:6>", "<FO>", "<FO a1b2c3d4>", "<wscale 15>", "<eol>",
      "<uto 1s>",
    }
  end
  return text
end

local function any_match()
  local match = {}
  if chance(50) then match.from = one_of(hosts) end
  if chance(20) then match.to = one_of(hosts) end
  if chance(50) then match.flags = one_of(patterns) end
  if chance(40) then match.nth = sim.random(1, 4) end
  match.count = sim.random(1, 3)
  if chance(10) then match.after = one_of(times) end
  if chance(10) then match.before = one_of(times) end
  return match
end

local with_match = {
  function(match) return sim.drop(match) end,
  function(match) match.by = one_of(times); return sim.delay(match) end,
  function(match) match.copies, match.gap = sim.random(1, 3), one_of(times); return sim.duplicate(match) end,
  function(match) match.offset, match.mask = sim.random(0, 40), sim.random(1, 255); return sim.corrupt(match) end,
  function(match) return sim.hold(match) end,
  function(match)
    local field = one_of { "seq", "ack", "win", "urg", "tos", "flags" }
    local value = field == "flags" and one_of(patterns) or one_of(numbers)
    match.with = function(segment)
      keep(segments, segment)
      pcall(function() segment[field] = value end)
    end
    return sim.rewrite(match)
  end,
}

local calls = {
  function(here, there) keep(listeners, here:listen(one_of { 80, 81 }, any_options(2))) end,
  function(here, there) keep(listeners, here:listen(80)) end,
  function(here, there)
    local wanted = any_options(2)
    wanted.wait = chance(50)
    if chance(30) then wanted.data = ("x"):rep(one_of { 0, 1, 100, 3000 }) end
    if chance(30) then wanted.local_port = one_of { 80, 81, 5000, 0, 70000 } end
    keep(conns, (here:connect(there, one_of { 80, 80, 81, 5000 }, wanted)))
  end,
  function() keep(conns, (one_of(listeners):accept(one_of { 0, 0.001, 0.1, 1 }))) end,
  function() keep(conns, (one_of(listeners):accept(1))) end,
  function() one_of(listeners):close() end,
  function(here, there) one_of(listeners):connect(there, 80) end,
  function(here, there) one_of(listeners):send(there, 80, "hello") end,
  function(here) if chance(15) then here:crash() end end,
  function()
    one_of(conns):send(one_of { 1, 100, 1460, 20000, "text" },
      { push = chance(50), urgent = chance(15), wait = false })
  end,
  function() one_of(conns):send(one_of { 1, 5000, ("y"):rep(300) }, { wait = false }) end,
  function()
    local conn = one_of(conns)
    if (conn:info().unread or 1) > 0 then conn:recv(sim.random(1, 5000)) end
  end,
  function() one_of(conns):flush() end,
  function() one_of(conns):shutdown() end,
  function() if chance(50) then one_of(conns):close() end end,
  function() if chance(30) then one_of(conns):abort() end end,
  function() one_of(conns):wait(one_of(states), one_of { 0, 0.01, 1 }) end,
  function() one_of(conns):urgent(0.01) end,
  function() one_of(conns):report(0.01) end,
  function() one_of(conns):set(any_options(1)) end,
  function() one_of(conns):set(any_options(1)) end,
  function()
    local conn = one_of(conns)
    taken(4, function(set) conn:set(set) end)
  end,
  function() one_of(listeners):set(any_options(2)) end,
  function() one_of(conns):info() end,
  function() one_of(hosts):send(any_segment()) end,
  function(here, there)
    sim.inject {
      from = here, to = there, segment = any_segment(), absolute = chance(20) or nil,
      sport = chance(30) and one_of { 80, 5000 } or nil, dport = chance(30) and one_of { 80, 5000 } or nil,
      checksum = chance(10) and "bad" or nil,
    }
  end,
  function(here, there)
    sim.icmp {
      from = here, to = there, about = one_of { conns[1], conns[2], segments[1] }, mtu = one_of { 0, 68, 600, 1400 },
      type = one_of { "host unreachable", "port unreachable", "fragmentation needed", "ttl exceeded", "source quench" },
    }
  end,
  function() keep(rules, one_of(with_match)(any_match())) end,
  function() one_of(rules):remove() end,
  function() one_of(rules):release { reverse = chance(50) } end,
  function() link:set(any_link()) end,
  function()
    if chance(20) then
      link:down()
      sim.sleep(one_of { 0, 0.5 })
      link:up()
    end
  end,
  function()
    if chance(30) then
      sim.partition(client, server, { from = sim.now(), to = sim.now() + one_of { 0.1, 2 }, oneway = chance(50) })
    end
  end,
  function() sim.at(one_of(times), function() pcall(function() one_of(conns):set(any_options(1)) end) end) end,
  function(here) if chance(20) then print(here.name, one_of(conns):info().state) end end,
}

-- ---- the run ----

-- Some connections to begin with, whose octets somebody reads.
server:app(function()
  local listener = server:listen(80)
  keep(listeners, listener)
  while listener.state == "LISTEN" do
    local conn = listener:accept()
    keep(conns, conn)
    if conn ~= nil and chance(50) then sim.at(sim.now(), function() conn:recv_all() end) end
  end
end, { daemon = true })

for i = 1, sim.random(1, 3) do
  client:app(function()
    local conn = client:connect(server, 80)
    keep(conns, conn)
    if conn ~= nil and chance(70) then conn:send(one_of { 10, 3000, 100000 }) end
    if conn ~= nil and i == 1 then conn:recv_all() end
  end, { daemon = true })
end

for _, here in ipairs(hosts) do
  local there = here == client and server or client
  for _ = 1, 2 do
    here:app(function()
      sim.sleep(one_of { 0, 0.1, 0.5 })
      for _ = 1, sim.random(20, 120) do
        local call = one_of(calls)
        pcall(call, here, there)
        if chance(30) then sim.sleep(one_of { 0, 0.001, 0.01, 0.1, 0.3, 1 }) end
      end
    end, { daemon = true })
  end
end
