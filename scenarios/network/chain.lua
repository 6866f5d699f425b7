-- Two routers between two hosts: what a path is made of. RFC 9293 2.2, RFC 1812 5.2.
--
-- A segment crosses three links: their delays add up (2 + 30 + 2 ms), and each link serialises it
-- anew: routers store a packet whole before they send it on. The middle link of 1 Mbit/s takes
-- 12 ms for a full packet of 1500 octets, so a burst of four leaves it 12 ms apart, whatever the
-- fast links did with it. In the timeline each hop is an arrow of its own.
sim.scenario {
  title = "Two routers on the way",
  cites = { "RFC 9293 2.2", "RFC 1812 5.2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local near = sim.router("near")
local far = sim.router("far")
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, near, { delay = "2ms", rate = "100mbit" })
sim.link(near, far, { delay = "30ms", rate = "1mbit" })
sim.link(far, server, { delay = "2ms", rate = "100mbit" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(), 4 * 1460)
  conn:close()
end)

client:app(function()
  -- The SYN has 44 octets: 352 bits, 0.352 ms at 1 Mbit/s, 3.52 us on either fast link; so has the
  -- SYN,ACK, and the handshake takes twice 34 ms and 0.359 ms.
  local conn = client:connect(server, 80, { initial_window = 4 })
  expect.near(sim.now(), 2 * (0.034 + 0.000352 + 2 * 0.00000352), 1e-9)
  conn:send(4 * 1460)
  conn:close()
end)

-- Sent in one burst, delivered 12 ms apart.
for i = 0, 3 do
  local seq = 1 + i * 1460
  local text = ("client > server: %s %d:%d(1460)"):format(i < 3 and "." or "P.", seq, seq + 1460)
  expect.segment("0.069 " .. text)
  expect.segment(("%.3f %s"):format(0.115 + i * 0.012, text), { as = "delivered" })
end
