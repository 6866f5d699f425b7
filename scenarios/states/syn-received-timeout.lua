-- The opener falls silent: SYN-RECEIVED gives up. RFC 9293 3.8.3.
--
-- A host sends a SYN and never answers the SYN,ACK. The server repeats it, here twice
-- (`synack_retries`), and one RTO after the last, at 7.010, deletes the half-open connection. Its
-- user never knew of it; the listener goes on: the client that comes at 10 s is served.
sim.scenario {
  title = "SYN-RECEIVED times out",
  cites = { "RFC 9293 3.8.3", "MUST-20", "RFC6298-1", "RFC6298-14" },
}

local silent = sim.host("silent", { address = "10.0.0.1", tcp = false })
local client = sim.host("client", { address = "10.0.0.2" })
local server = sim.host("server", { address = "10.0.0.3", synack_retries = 2 })
sim.link(silent, server, { delay = "10ms" })
sim.link(client, server, { delay = "10ms" })

silent:app(function() silent:send("S 0:0(0)", { to = server, sport = 1000, dport = 80 }) end)

server:app(function()
  local conn = server:listen(80):accept()
  expect.near(sim.now(), 10.030, 1e-9)
  expect.equal(conn:recv(), "hello")
end)

client:app(function()
  sim.sleep("10s")
  client:connect(server, 80):send("hello")
end)

expect.exchange([[
  0.000 silent > server: S 0:0(0)
  0.010 server > silent: S. 0:0(0) ack 1
  1.010 server > silent: S. 0:0(0) ack 1
  3.010 server > silent: S. 0:0(0) ack 1
]], { between = { silent, server } })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED CLOSED", { nth = 1 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED", { nth = 2 })
