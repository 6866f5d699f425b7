sim.scenario{ allow = "integrity" }
local a = sim.host("a", { address = "10.0.0.1", iss = 0xffffff00 })
local b = sim.host("b", { address = "10.0.0.2" })
local link = sim.link(a, b, { delay = "10ms" })
local seen = {}
local drop = sim.drop { from = a, nth = 1, match = function(s) seen[#seen + 1] = s.id .. " " .. s.flags .. " " .. s.seq .. " " .. s.len .. " " .. s.payload
   return s.payload == "hello" end }
local rw = sim.rewrite { from = a, match = function(s) return s.payload == "world" end, with = function(s) s.payload = "WORLD" s.win = 1000 end }
local held = sim.hold { from = b, flags = "F." }
sim.at("3s", function() expect.equal(held.hits, 2) expect.equal(held:release(), 2) held:remove() end)
b:app(function()
  local c = b:listen(80):accept()
  expect.equal(c:recv_all(10), "helloWORLD")
  c:close()
end)
a:app(function()
  local c = a:connect(b, 80)
  c:send("hello") c:send("world")
  expect.equal(c:recv(), nil)
  expect.truthy(sim.now() > 3)
  c:close()
end)
sim.at(0.5, function() local c = 1; end)
a:app(function() sim.sleep("1.9s")
  expect.equal(drop.hits, 1)
end)
a:app(function() sim.sleep("0.5s") end)
sim.at("4s", function() sim.sleep(1) expect.equal(sim.now(), 5.0)
 for i, v in ipairs(seen) do print(v) end end)
expect.count("a > b: P. 1:6(5)", 2)
