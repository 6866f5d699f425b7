-- Acting: two hosts that connect to each other's local_port open simultaneously.
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
client:app(function()
  local conn = client:connect(server, 80, { local_port = 5000 })
  conn:send("from client")
  expect.equal(conn:recv(), "from server")
  conn:close()
end)
server:app(function()
  local conn = server:connect(client, 5000, { local_port = 80 })
  conn:send("from server")
  expect.equal(conn:recv(), "from client")
  conn:close()
end)
expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.000 server > client: S 0:0(0)
  0.010 client > server: S. 0:0(0) ack 1
  0.010 server > client: S. 0:0(0) ack 1
  ...
]]
expect.states(client,
  "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED")
