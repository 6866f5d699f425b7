-- A SYN flood against SYN cookies: the client who means it gets in at once. RFC 4987 3.6.
--
-- The same flood as in syn-flood.lua. The server keeps as many half-open connections as its backlog
-- says; from then on it answers each SYN with a cookie and forgets it. The cookie is the sequence
-- number of the SYN,ACK: a keyed hash of the two sockets, a slow clock and the class of the peer's
-- MSS. What comes back in an ACK, and can be made again from that ACK alone, proves that a peer sits
-- at its address; only then a connection is made, and it passes through LISTEN and SYN-RECEIVED in
-- one instant. An ACK with a number that was guessed is answered with RST.
--
-- -D syns=100000 makes it a flood indeed: nothing is kept of any of them.
sim.scenario {
  title = "A SYN flood with SYN cookies",
  cites = { "RFC 4987 3.6", "RFC4987-4", "RFC4987-5", "RFC4987-8", "RFC 9293 3.10.7.2" },
}

local syns = sim.param("syns", 40)
local backlog = 8
local server = sim.host("server",
  { address = "10.0.0.1", backlog = backlog, synack_retries = 1, syn_cookies = "auto" })
local client = sim.host("client", { address = "10.0.0.2" })
local attacker = sim.host("attacker", { address = "10.0.0.3", tcp = false })
local ghosts = {}
for i = 1, 2 do -- addresses that exist and say nothing
  ghosts[i] = sim.host("ghost" .. i, { address = "10.0.1." .. i, tcp = false })
  sim.link(ghosts[i], server, { delay = "10ms" })
end
sim.link(client, server, { delay = "10ms" })
sim.link(attacker, server, { delay = "1ms" })

attacker:app(function()
  for i = 1, syns do
    local ghost = i % 2 + 1
    sim.inject {
      from = attacker, to = server, absolute = true,
      segment = ("ghost%d.%d > server.80: S %d:%d(0) win 1024"):format(ghost, 1024 + i // 2, i, i),
    }
    sim.sleep(4 / syns)
  end
end)

sim.at("1.4s", function() -- an ACK without a cookie that the server made
  sim.inject {
    from = attacker, to = server, absolute = true,
    segment = "ghost1.1024 > server.80: . 2:2(0) ack 123456",
  }
end)

local listener
server:app(function()
  listener = server:listen(80)
  local conn = listener:accept()
  expect.near(sim.now(), 1.530, 1e-9) -- one round trip and a half after the client's SYN
  expect.equal(conn:recv(), "hello")
  local iss = conn:info().iss -- of the connection that the ACK made: the cookie
  expect.count(("1.510 server > client: S. %d:%d(0)"):format(iss, iss), 1, { absolute = true })
end)

client:app(function()
  sim.sleep("1.5s")
  expect.equal(listener:info().backlog_pending, backlog) -- of the flood
  local conn = client:connect(server, 80)
  expect.near(sim.now(), 1.520, 1e-9)
  expect.equal(listener:info().backlog_pending, backlog) -- and none for this client
  conn:send("hello")
end)

expect.at("5s", function()
  local info = listener:info()
  expect.equal(info.cookies_proven, 1)
  expect.truthy(info.cookies_sent > syns / 2)
end)

expect.segment("server > ghost1: R", { after = 1.4, before = 1.5 })
expect.segment "1.510 server > client: S. 0:0(0) ack 1 <mss 1460>"
expect.segment "1.520 client > server: P. 1:6(5) ack 1"
