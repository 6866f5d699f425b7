-- Fine print, "RTT": the RTO is at least 3 s, from when data begin, when a SYN had to be repeated.
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, flags = "S", nth = 1 }
sim.drop { from = client, flags = "P.", nth = 1 }
server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "abc")
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send("abc")
  sim.sleep("10s")
  conn:close()
end)
expect.exchange [[
  0.000 client > server: S
  1.000 client > server: S
  1.010 server > client: S.
  1.020 client > server: . 1:1(0)
  1.020 client > server: P. 1:4(3)
  4.020 client > server: P. 1:4(3)
  ...
]]
