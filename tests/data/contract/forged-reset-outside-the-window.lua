-- Forging: enters at `from`, whoever that pretends to be. RFC 5961: a RST in the window but not at RCV.NXT
-- draws a challenge ACK.
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), nil)
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  sim.inject { from = client, to = server, segment = "R 100:100(0)" }
  sim.sleep("1s")
  conn:close()
end)
expect.exchange [[
  0.000 client > server: S
  0.010 server > client: S.
  0.020 client > server: .
  0.020 client > server: R 100:100(0)
  0.030 server > client: . 1:1(0) ack 1
  ...
]]
