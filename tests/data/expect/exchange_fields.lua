-- Each kind of difference, with the mark below it.
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
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: P. 1:6(5) ack 1
  0.030 server > client: P. 1:6(5) ack 5
  0.040 client > server: F. 6:6(0) ack 5
  0.050 server > client: F. 6:6(0) ack 7
  0.060 client > server: . 7:7(0) ack 7
]]
expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.011 server > client: S. 0:0(0) ack 1
  ...
]]
expect.exchange [[
  server > client: S 0:0(0)
  ...
]]
expect.exchange [[
  S 0:0(0)
  S. 0:0(0)
  S. 0:0(0)
  ...
]]
expect.exchange [[
  S 0:0(0) win 1
  ...
]]
expect.exchange [[
  S 0:0(0) <mss 536>
  ...
]]
expect.exchange [[
  S 0:0(0)
  S. 1:1(0)
  ...
]]
expect.exchange [[
  S 0:0(0)
  S. 0:1(1)
  ...
]]
