-- Building, "corrupt": what passes the checksum is reported by the check of integrity, with the
-- line that made the link so.
-- expect-status: 1
-- expect-message: corruption-that-passes-is-reported.lua:12: integrity is broken
sim.scenario { seed = 5 }
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "1ms" })
server:app(function() server:listen(80):accept():discard() end)
client:app(function()
  local conn = client:connect(server, 80)
  link:set { forward = { corrupt = { "50%", 2 } } }
  for _ = 1, 40 do
    conn:send(string.rep("Good day! ", 10))
    sim.sleep("10ms")
  end
  conn:close()
end)
