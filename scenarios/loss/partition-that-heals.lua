-- A partition that heals: the connection is still there. RFC 9293 3.8.1, 3.8.3, RFC 6298 (5.5).
--
-- From 1 s to 10 s nothing passes between the two. The client sends at 2 s and hears nothing: it
-- repeats at 3, 5 and 9 s, each time waiting twice as long. The network is whole again at 10 s, but
-- nobody tells a TCP that: the next repetition is due at 17 s. So a cut of 9 s costs the
-- application 15. TCP gives up only after `retries` repetitions (15 by default, over ten minutes).
sim.scenario {
  title = "A partition that heals",
  cites = { "RFC 9293 3.8.1", "RFC 9293 3.8.3", "MUST-20", "RFC6298-13", "RFC6298-14" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.partition(client, server, { from = "1s", to = "10s" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "hello")
  expect.near(sim.now(), 17.010, 1e-9)
  conn:send("welcome back")
end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep(2 - sim.now())
  conn:send("hello")
  expect.equal(conn:recv(), "welcome back")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  2.000 client > server: P. 1:6(5) ack 1         # lost, as the three that follow
  3.000 client > server: P. 1:6(5) ack 1
  5.000 client > server: P. 1:6(5) ack 1
  9.000 client > server: P. 1:6(5) ack 1
  17.000 client > server: P. 1:6(5) ack 1
  17.010 server > client: P. 1:13(12) ack 6
  17.220 client > server: . 6:6(0) ack 13
]]
