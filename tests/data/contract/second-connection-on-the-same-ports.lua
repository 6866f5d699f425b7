-- Fine print, "Relative numbers": a second connection on the same ports starts again.
local client = sim.host("client", { address = "10.0.0.1", msl = "1s" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 2 do
    local conn = listener:accept()
    conn:recv_all()
    conn:close()
  end
end)
client:app(function()
  for _ = 1, 2 do
    local conn = client:connect(server, 80, { local_port = 5000 })
    conn:send("x")
    conn:close()
    sim.sleep("5s")
  end
end)
expect.count("client > server: S 0:0(0)", 2)
expect.count("client > server: P. 1:2(1) ack 1", 2)
expect.states(client,
  "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED", { nth = 2 })
