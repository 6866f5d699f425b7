-- Building: allow takes a string or a list; "integrity" is what is meant to be broken here.
sim.scenario { title = "Rewritten on purpose", allow = "integrity" }
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.rewrite { flags = "P.", with = function(segment) segment.payload = "xyz" end }
server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "xyz")
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send("abc")
  conn:close()
end)
