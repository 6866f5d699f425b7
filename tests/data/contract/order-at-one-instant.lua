-- Fine print, "At one instant": sim.at first, then applications; expect.at comes last.
local host = sim.host("a", { address = "10.0.0.1" })
local order = {}
expect.at("1s", function() expect.equal(table.concat(order, " "), "at app resumed") end)
host:app(function()
  sim.sleep("1s")
  order[#order + 1] = "app"
end)
sim.at("1s", function()
  order[#order + 1] = "at"
  sim.sleep(0)
  order[#order + 1] = "resumed" -- a resumed sim.at counts as an application
end)
