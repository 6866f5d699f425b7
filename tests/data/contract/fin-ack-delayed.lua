-- Fine print, "At one instant": with fin_ack = "delayed" the answer's FIN carries the ACK.
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", fin_ack = "delayed" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  conn:recv_all()
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("1s")
  conn:close()
end)
expect.exchange [[
  ...
  1.020 client > server: F. 1:1(0) ack 1
  1.030 server > client: F. 1:1(0) ack 2
  1.040 client > server: . 2:2(0) ack 2
]]
