-- The same over IPv6: "packet too big", and the least MTU that there is. RFC 8201, RFC 8200 5, RFC 4443 3.2.
--
-- The tunnel in the middle takes 1280 octets, the least that an IPv6 link may have. IPv6 routers never cut a
-- packet: the first full ones (1500 octets, an MSS of 1440) end at r1, which says "packet too big" and how much
-- passes. All that follows has 1220 octets of text. Nothing of it reaches the far end in larger pieces.
sim.scenario {
  title = "Packet too big",
  cites = { "RFC 8201 4", "RFC 8200 5", "RFC 4443 3.2", "RFC 9293 3.7.2" },
}

local topology = require "topology"
local net = topology.chain {
  family = 6, routers = 2, link = { delay = "5ms" }, links = { [2] = { mtu = 1280 } },
  server = { delayed_ack = false },
}

net.server:app(function()
  local conn = net.server:listen(80):accept()
  expect.equal(conn:discard(), 6000)
  expect.truthy(sim.now() < 0.2) -- no timer had to run out
  conn:close()
end)

net.client:app(function()
  local conn = net.client:connect(net.server, 80)
  conn:send(6000)
  sim.sleep("9ms")
  expect.equal(conn:info().path_mtu, 1500)
  sim.sleep("1ms")
  expect.equal(conn:info().path_mtu, 1280)
  expect.equal(conn:info().mss, 1220)
  conn:close()
end)

expect.no_segment("client > server: . 1:1441(1440)", { as = "delivered" })
expect.segment("client > server: . 1:1221(1220)", { as = "delivered" })
