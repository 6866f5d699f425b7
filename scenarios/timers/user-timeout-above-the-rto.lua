-- An adopted user timeout is longer than the RTO. RFC 5482 3.1.
--
-- The client advertises a user timeout of 1 s, and the server's limits allow that. But the path has a round trip of
-- 1.5 s, and an RTO that is longer still: with a timeout of 1 s the server would give up before it could have heard an
-- answer. So it waits for at least its RTO; what it sends is acknowledged, and the connection lives.
sim.scenario {
  title = "The user timeout never undercuts the RTO",
  cites = { "RFC 5482 3.1", "RFC5482-7", "RFC5482-5", "RFC5482-6" },
}

local client = sim.host("client", { address = "10.0.0.1", uto = true, uto_advertise = "1s", rto_initial = "5s" })
local server = sim.host("server", { address = "10.0.0.2", uto = true, uto_advertise = "1s", uto_min = "1s", rto_initial = "5s" })
sim.link(client, server, { delay = "750ms" })

server:app(function()
  local conn = server:listen(80):accept()
  conn:send("hello")
  sim.sleep("1.4s") -- longer than the timeout that was advertised, and no ACK yet
  expect.equal(conn.state, "ESTABLISHED")
  sim.sleep("1s")
  expect.equal(conn.state, "ESTABLISHED")
  expect.equal(conn:info().snd_una, 6)
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:recv(), "hello")
  expect.equal(conn:recv(), nil)
  conn:close()
end)
