-- A narrow link on the way: the router says how much passes, and TCP sends segments that fit. RFC 9293 3.7.2,
-- RFC 1191.
--
-- Both hosts' links take 1500 octets, so both announce an MSS of 1460. The link between the routers takes
-- 1400. The first full segments (1500 octets, with "don't fragment") end at `near`, which quotes them in
-- "fragmentation needed" with the MTU of 1400. The client remembers that for this path: what was too big
-- goes again at once in segments of 1360 octets, without a timeout, and all later ones have that size too.
sim.scenario {
  title = "A path MTU found by its errors",
  cites = { "RFC 9293 3.7.2", "RFC 1191 3", "MUST-54", "MUST-16", "SHLD-5" },
}

local topology = require "topology"
local net = topology.chain{
  routers = 2, link = { delay = "5ms" }, links = { [2] = { mtu = 1400 } },
  server = { delayed_ack = false },
}
local client, server = net.client, net.server

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(), 8000)
  expect.truthy(sim.now() < 0.2) -- a few round trips of 30 ms: nothing waited for a timer
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:info().path_mtu, 1500)
  conn:send(8000)
  sim.sleep("10ms") -- to the router and back
  expect.equal(conn:info().path_mtu, 1400)
  expect.equal(conn:info().mss, 1360)
  conn:close()
end)

expect.no_segment("client > server: . 1:1461(1460)", { as = "delivered" })
expect.segment("client > server: . 1:1361(1360)", { as = "delivered" })
expect.no_segment("client > server: . 1:1461(1460)", { after = "31ms" })
