-- Acting: blocking works in applications, also below pcall, metamethods and coroutines that they make.
local host = sim.host("a", { address = "10.0.0.1" })
host:app(function()
  local function pause() sim.sleep("1s") return 7 end
  local t = setmetatable({}, { __index = pause, __add = pause, __call = pause })
  expect.equal({ t.x, t + 1, t() }, { 7, 7, 7 })
  expect.equal(select(2, pcall(pause)), 7)
  expect.equal(coroutine.wrap(function() return pause() end)(), 7)
  expect.equal(sim.now(), 5)
end)
