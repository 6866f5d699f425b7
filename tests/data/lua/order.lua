-- Who runs when: at one instant sim.at first, applications by host and declaration, expect.at last.
local b = sim.host("b", { address = "10.0.0.2" })
local a = sim.host("a", { address = "10.0.0.1" })
local log = {}
local function note(text) log[#log + 1] = text end
a:app(function() note("a1") sim.sleep(1) note("a1 woken") end)
b:app(function() note("b1") sim.sleep(1) note("b1 woken") end)
a:app(function() note("a2") sim.sleep("1s") note("a2 woken") end)
expect.at(1, function() note("expect") end)
sim.at(0.5, function() sim.sleep(0.5) note("at woken") end)
sim.at(1, function() note("at") end)
b:app(function()
    local step = coroutine.wrap(function() sim.sleep(2) coroutine.yield("yielded") return "returned" end)
    note(step() .. " " .. sim.now())
    note(step())
end)
expect.at(3, function()
    expect.equal(table.concat(log, ","),
        "b1,a1,a2,at,b1 woken,a1 woken,a2 woken,at woken,expect,yielded 2.0,returned")
end)
