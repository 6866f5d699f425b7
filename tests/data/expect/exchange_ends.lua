-- Where the text ends before the run, the run before the text, and what "..." cannot reach.
local client = sim.host("client", { address = "10.0.0.1", iss = 0xffffff00 })
local server = sim.host("server", { address = "10.0.0.2", iss = 0xffffff80 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  conn:send(conn:recv())
  expect.equal(conn:recv(), nil)
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello")
  expect.equal(conn:recv(), "hello")
  conn:close()
end)

expect.exchange [[
  S 0:0(0)
  S. 0:0(0) ack 1
  . 1:1(0) ack 1
  P. 1:6(5) ack 1
]]
expect.exchange [[
  ...
  . 7:7(0) ack 7
  R. 7:7(0) ack 7
]]
expect.exchange [[
  ...
  P. 1:6(5)
]]
expect.exchange [[
  S 0:0(0)
  ...
  server > client: F. 6:6(0) ack 6
  ...
]]
-- each of these holds
expect.exchange [[
  ...
  P. 1:6(5) ack 6
  ...
  . 7:7(0) ack 7
]]
expect.exchange [[
  ...
  server > client: P. 1:6(5)
  ...
  +0.030 client > server: . 7:7(0)
]]
expect.exchange [[
  ...
  server > client: P. 1:6(5)
  ...
  +0.010~0.020 client > server: F. 6:6(0)
  ...
]]
expect.exchange("...", { between = { client, server }, as = "delivered" })
expect.exchange("client > server: S", { shows = "MUST-12" })
