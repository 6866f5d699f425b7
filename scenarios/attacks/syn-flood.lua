-- A SYN flood fills the backlog, and the client who means it does not get in. RFC 4987 2.2.
--
-- The attacker sends SYNs in the name of hosts that never answer. Each makes a half-open connection:
-- the server keeps a TCB in SYN-RECEIVED, sends its SYN,ACK and repeats it, in vain. Only as many as
-- `backlog` says are kept: memory is bounded, whatever the number of SYNs; but all further SYNs are
-- dropped silently, and the client's are among them. It repeats its SYN at 2.5, 4.5 and 8.5 s, and
-- gets in when the flood has ended and the server has given up what it kept.
--
-- -D syns=100000 makes it a flood indeed: the server keeps no more than now.
sim.scenario {
  title = "A SYN flood without SYN cookies",
  cites = { "RFC 4987 2.2", "RFC4987-1", "RFC 9293 3.10.7.2", "MUST-20" },
}

local syns = sim.param("syns", 40)
local backlog = 8
local server = sim.host("server", { address = "10.0.0.1", backlog = backlog, synack_retries = 1 })
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

local most = 0
server:app(function()
  local listener = server:listen(80)
  server:app(function() -- what the flood costs at its height
    for _ = 1, 80 do
      sim.sleep("50ms")
      most = math.max(most, listener:info().backlog_pending)
    end
    expect.equal(most, backlog)
  end, { daemon = true })
  local conn = listener:accept()
  expect.equal(conn:recv(), "hello")
end)

client:app(function()
  sim.sleep("1.5s")
  client:connect(server, 80):send("hello")
end)

expect.no_segment("server > client: S.", { before = 8.4 })
expect.segment("server > client: S.", { after = 8.5 })
expect.count("client > server: S", 4)
