-- The user timeout ends a connection sooner than the retransmissions would. RFC 9293 3.9.1.1,
-- 3.10.8.
--
-- The client allows five seconds for what it sends. The link goes down, and at 6 s, exactly 5 s
-- after the `send`, the connection is deleted and the user told; two repetitions had been sent by
-- then. In SYN-SENT it works alike: the second connection, begun at 10 s, ends at 15 s.
sim.scenario {
  title = "User timeout",
  cites = { "RFC 9293 3.9.1.1", "RFC 9293 3.10.8", "UNL-23", "MUST-21" },
}

local client = sim.host("client", { address = "10.0.0.1", user_timeout = "5s" })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "10ms" })

server:app(function() expect.truthy(server:listen(80):accept()) end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep(1 - sim.now())
  link:down()
  conn:send("hello")
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "connection aborted due to user timeout")
  expect.near(sim.now(), 6, 1e-9)

  sim.sleep("4s")
  conn, err = client:connect(server, 80)
  expect.equal(conn, nil)
  expect.equal(err, "connection aborted due to user timeout")
  expect.near(sim.now(), 15, 1e-9)
end)

expect.count("client > server: P. 1:6(5) ack 1", 3)
expect.count("client > server: S 0:0(0)", 4)
expect.no_segment "R"
expect.states(client, "CLOSED SYN-SENT ESTABLISHED CLOSED", { nth = 1 })
expect.states(client, "CLOSED SYN-SENT CLOSED", { nth = 2 })
