-- Faults: what is held is kept until release, in order or reversed. Fine print, "Holding and cutting": it
-- enters the link at that instant and takes its delay.
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
local rule = sim.hold { flags = "P." }
server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "abcdef")
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80, { nagle = false })
  conn:send("abc")
  conn:send("def")
  sim.sleep("500ms")
  rule:release { reverse = true }
  sim.sleep("1s")
  conn:close()
end)
expect.exchange([[
  0.010 client > server: S
  0.020 server > client: S.
  0.030 client > server: .
  0.530 client > server: P. 4:7(3)
  0.530 client > server: P. 1:4(3)
  ...
]], { as = "delivered" })
