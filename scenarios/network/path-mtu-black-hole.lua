-- The same narrow link behind a router that tells nobody anything: a black hole. RFC 9293 3.7.2, RFC 2923 2.1.
--
-- The handshake passes, small segments pass, and the first full one vanishes, however often it is sent:
-- the well-known connection that stands and yet hangs. Nothing tells the sender that it is the size. After
-- `retries` repetitions it gives up. A second connection announces and so is sent at most 1360 octets
-- (what "MSS clamping" does at the edge of such a network), and has no trouble.
sim.scenario {
  title = "A path MTU black hole",
  cites = { "RFC 9293 3.7.2", "RFC 2923 2.1", "MUST-20" },
}

local topology = require "topology"
local net = topology.chain{
  routers = 2, link = { delay = "5ms" }, links = { [2] = { mtu = 1400 } },
  router = { icmp = false }, client = { retries = 4 },
}
local client, server = net.client, net.server

server:app(function()
  local listener = server:listen(80)
  local conn = listener:accept()
  expect.equal(conn:recv(), "GET /")
  local narrow = server:listen(81, { mss = 1360 }):accept()
  expect.equal(narrow:discard(), 20000)
  narrow:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("GET /")
  sim.sleep("1s")
  conn:send(20000)
  expect.equal(conn:wait("CLOSED", "10min"), true)
  expect.equal(select(2, conn:recv()), "timed out")
  expect.equal(conn:info().path_mtu, 1500) -- nobody said anything

  conn = client:connect(server, 81)
  conn:send(20000)
  conn:close()
end)

expect.no_segment("client > server: . 6:1466(1460)", { as = "delivered" })
expect.count("client > server: . 6:1466(1460)", 5)
