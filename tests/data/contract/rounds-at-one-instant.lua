-- Fine print, "At one instant": all applications of an instant run before what they cause makes
-- another round. Without delay the SYN finds the listener that a later application opens.
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("x")
  conn:close()
end)
server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "x")
  conn:close()
end)
expect.count("server > client: R.", 0)
