-- CLOSE in LISTEN: the passive TCB is deleted. RFC 9293 3.10.4, figure 5 (LISTEN to CLOSED).
--
-- Until 1 s the port is open, and the first client gets its connection. Then the server closes its
-- listener: nothing is sent, the waiting `accept` ends with an error, and the next SYN is answered
-- by a RST. The connection that was accepted before is a TCB of its own and lives on.
sim.scenario {
  title = "CLOSE in LISTEN",
  cites = { "RFC 9293 3.3.2", "RFC 9293 3.10.4", "RFC 9293 3.10.7.1" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

local listener = server:listen(80)
expect.equal(listener.state, "LISTEN")

server:app(function()
  expect.truthy(listener:accept())
  local conn, err = listener:accept()
  expect.equal(conn, nil)
  expect.equal(err, "connection does not exist")
  expect.near(sim.now(), 1, 1e-9)
end)
sim.at("1s", function()
  listener:close()
  expect.equal(listener.state, "CLOSED")
end)

client:app(function()
  local first = client:connect(server, 80)
  sim.sleep(1.5 - sim.now())
  expect.equal(select(2, client:connect(server, 80)), "connection refused")
  expect.equal(first.state, "ESTABLISHED")
end)

expect.no_segment("server > client: R", { before = 1.5 })
expect.segment("1.510 server > client: R. 0:0(0) ack 1")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
expect.states(client, "CLOSED SYN-SENT CLOSED", { nth = 2 })
