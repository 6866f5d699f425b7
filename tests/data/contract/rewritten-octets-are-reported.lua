-- Checking: an octet that a rule supplied is reported with that rule.
-- expect-status: 1
-- expect-message: rewritten-octets-are-reported.lua:7
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.rewrite { flags = "P.", with = function(segment) segment.payload = "xyz" end }
server:app(function()
  local conn = server:listen(80):accept()
  conn:recv_all()
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send("abc")
  conn:close()
end)
