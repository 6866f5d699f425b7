-- How long TIME-WAIT lasts: 2 MSL, for an MSL of 30 s, 60 s and 2 minutes. RFC 9293 3.4.2, 3.6.1.
--
-- RFC 9293 takes the maximum segment lifetime to be 2 minutes; systems choose less: 30 s gives the
-- minute of TIME-WAIT that most of today's have, 60 s gives two. Three clients with these three
-- values close at the same time, each loses its last ACK, and each acknowledges the repeated FIN.
-- Look at the end of the timeline: the clients leave TIME-WAIT 60 s, 120 s and 240 s after that ACK
-- at 1.040.
sim.scenario {
  title = "TIME-WAIT of 1, 2 and 4 minutes",
  cites = { "RFC 9293 3.4.2", "RFC 9293 3.6.1", "MUST-13" },
}

local server = sim.host("server", { address = "10.0.0.9" })

server:app(function()
  local listener = server:listen(80)
  local conns = {}
  for i = 1, 3 do conns[i] = listener:accept() end
  for i = 1, 3 do
    expect.equal(conns[i]:recv(), nil)
    conns[i]:close()
  end
end)

for i, msl in ipairs { 30, 60, 120 } do
  local client = sim.host("msl-" .. msl .. "s", { address = "10.0.0." .. i, msl = msl })
  sim.link(client, server, { delay = "10ms" })
  sim.drop { from = client, pattern = ". 2:2(0) ack 2", nth = 1 }

  client:app(function()
    local conn = client:connect(server, 80)
    conn:shutdown()
    expect.equal(conn:recv(), nil)
    expect.equal(conn.state, "TIME-WAIT")
    expect.truthy(conn:wait("CLOSED", "5min"))
    expect.near(sim.now(), 1.040 + 2 * msl, 1e-9)
  end)

  expect.exchange(string.format([[
    ...
    0.030 server > %s: F. 1:1(0) ack 2
    0.040 %s > server: . 2:2(0) ack 2            # lost
    1.030 server > %s: F. 1:1(0) ack 2
    1.040 %s > server: . 2:2(0) ack 2
  ]], client.name, client.name, client.name, client.name), { between = { client, server } })
  expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
end
