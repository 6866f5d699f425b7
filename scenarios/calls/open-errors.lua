-- What OPEN refuses, and what it leaves alone. RFC 9293 3.9.1.1, 3.10.1.
--
-- A connection that exists cannot be opened again, whatever its state; a port on which connections
-- are coming into being or established can be listened on, and listening disturbs none of them; a
-- second listener on the same port is refused. The error texts are the RFC's.
sim.scenario {
  title = "OPEN: errors, and no side effects",
  cites = { "RFC 9293 3.9.1.1", "RFC 9293 3.10.1", "MUST-41", "MUST-42" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, flags = ".", nth = 1 } -- so that the server stays in SYN-RECEIVED for a while

server:app(function()
  local listener = server:listen(80)
  local again, err = server:listen(80)
  expect.equal(again, nil)
  expect.equal(err, "connection already exists")
  listener:accept()
  sim.sleep("10s")
end)

client:app(function()
  local opening = client:connect(server, 80, { local_port = 5000, wait = false })
  expect.equal(opening.state, "SYN-SENT")
  local again, err = client:connect(server, 80, { local_port = 5000 })
  expect.equal(again, nil)
  expect.equal(err, "connection already exists")
  local listener = client:listen(5000) -- the port of a connection in SYN-SENT
  expect.truthy(listener)
  expect.equal(opening.state, "SYN-SENT")
  opening:wait("ESTABLISHED")
  again, err = client:connect(server, 80, { local_port = 5000 })
  expect.equal(again, nil)
  expect.equal(err, "connection already exists")
  sim.sleep("5s")
  expect.equal(opening.state, "ESTABLISHED", { shows = "MUST-41" })
end)

sim.at("500ms", function() -- the server's connection waits for the lost ACK: listening goes on
  local third, err = client:connect(server, 80, { local_port = 5001 })
  expect.truthy(third, err)
end)
