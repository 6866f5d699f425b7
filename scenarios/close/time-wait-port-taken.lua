-- While TIME-WAIT lasts the pair of ports is taken. RFC 9293 3.6.1, 3.9.1.1.
--
-- The client closes its connection from port 4000 and tries at once to open it again: the TCB still
-- exists, in TIME-WAIT, and OPEN answers "connection already exists". Another port works in the
-- meantime. After 2 MSL (60 s here) the record is gone and port 4000 is free.
sim.scenario {
  title = "TIME-WAIT keeps the port taken",
  cites = { "RFC 9293 3.6.1", "RFC 9293 3.9.1.1", "RFC 9293 3.10.1", "MUST-13" },
}

local client = sim.host("client", { address = "10.0.0.1", msl = "30s" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 3 do
    local conn = listener:accept()
    expect.equal(conn:recv(), nil)
    conn:close()
  end
end)

client:app(function()
  local first = client:connect(server, 80, { local_port = 4000 })
  first:shutdown()
  expect.equal(first:recv(), nil)
  expect.equal(first.state, "TIME-WAIT")

  local again, err = client:connect(server, 80, { local_port = 4000 })
  expect.equal(again, nil)
  expect.equal(err, "connection already exists")
  local other = client:connect(server, 80, { local_port = 4001 })
  expect.truthy(other)
  other:close()

  expect.truthy(first:wait("CLOSED", "2min"))
  expect.near(sim.now(), 60.040, 1e-9)
  again = client:connect(server, 80, { local_port = 4000 })
  expect.truthy(again)
  again:close()
end)

expect.count("client.4000 > server.80: S 0:0(0)", 2)
expect.no_segment("client.4000 > server.80: S 0:0(0)", { after = 0.001, before = 60 })
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
