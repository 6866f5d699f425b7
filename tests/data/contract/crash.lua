-- Acting: crash() forgets all and sends nothing, paths stop there, applications go on, and calls on what
-- is lost return nil, "connection does not exist".
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
server:app(function()
  local listener = server:listen(80)
  local conn = listener:accept()
  sim.sleep("1s")
  server:crash()
  expect.equal(select(2, conn:recv()), "connection does not exist")
  expect.equal(select(2, conn:send("x")), "connection does not exist")
  for _, call in ipairs { "recv_all", "discard", "urgent", "report", "flush", "shutdown", "abort", "close", "info" } do
    local result, message = conn[call](conn)
    expect.equal(result, nil)
    expect.equal(message, "connection does not exist")
  end
  expect.equal(select(2, conn:wait("CLOSED")), "connection does not exist")
  expect.equal(select(2, conn:set { nagle = false }), "connection does not exist")
  expect.equal(select(2, listener:accept()), "connection does not exist")
  expect.equal(select(2, listener:info()), "connection does not exist")
  expect.equal(select(2, listener:close()), "connection does not exist")
end)
client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("2s")
  conn:send("x")
  expect.equal(select(2, conn:recv()), "connection reset")
end)
expect.exchange [[
  ...
  2.020 client > server: P. 1:2(1) ack 1
  2.030 server > client: R 1:1(0)
]]
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
