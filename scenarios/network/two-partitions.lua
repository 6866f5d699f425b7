-- Two partitions, one after the other, on the two links of a path; both heal. RFC 9293 3.8.1, RFC 6298 (5.5).
--
-- From 1 to 4 s nothing passes between client and server; from 6 to 14 s the link behind the router is
-- down. The sender doubles its timer until one of its repetitions finds the way open again: of what it
-- sends at 1.5 s that of 4.5 s. An ACK of what was sent more than once gives no sample (Karn), so the
-- timer stays at 4 s: what it sends at 6.5 s goes again at 10.5 and 18.5 s. Routes are as declared and do
-- not go round: a link that is down loses what meets it, at the router as at a host.
sim.scenario {
  title = "Two partitions that heal",
  cites = { "RFC 9293 3.8.1", "RFC 9293 3.8.3", "RFC6298-13", "RFC6298-14" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local router = sim.router("router")
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, router, { delay = "10ms" })
local far = sim.link(router, server, { delay = "10ms" })

sim.partition(client, server, { from = "1s", to = "4s" })
sim.at("6s", function() far:down() end)
sim.at("14s", function() far:up() end)

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "first")
  expect.near(sim.now(), 4.520, 1e-9)
  expect.equal(conn:recv(), "second")
  expect.near(sim.now(), 18.520, 1e-9)
  expect.equal(conn:recv(), nil)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep(1.5 - sim.now())
  conn:send("first")
  sim.sleep(6.5 - sim.now())
  conn:send("second")
  sim.sleep(30 - sim.now())
  conn:close()
end)

expect.count("client > server: P. 1:6(5)", 3)
expect.count("client > server: P. 6:12(6)", 3)
expect.count("client > server: P. 6:12(6)", 1, { as = "delivered" })
