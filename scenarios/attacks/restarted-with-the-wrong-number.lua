-- The restarted peer that cannot get in. RFC 5961 4.2.
--
-- A host crashes, comes back and connects again from the same port. Its SYN falls on the old connection: the
-- server challenges it, the answer to the challenge is a RST, and the next SYN opens a new connection. But if
-- the new ISN is by chance RCV.NXT - 1, the challenge ACK looks like the answer to that SYN: it acknowledges
-- it, and is no SYN,ACK. The client waits for one, repeats its SYN, draws the same ACK, and gives up. RFC 5961
-- knows this corner (one chance in four thousand million) and lives with it.
sim.scenario {
  title = "A SYN at RCV.NXT - 1 is challenged for ever",
  cites = { "RFC 5961 4.2", "RFC5961-8", "UNL-19" },
  allow = "unfinished",
}

local client = sim.host("client", { address = "10.0.0.1", iss = 5000, syn_retries = 2 })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function() server:listen(80):accept():recv() end)
client:app(function()
  client:connect(server, 80, { local_port = 4000 })
  sim.sleep("1s")
  client:crash()
  local conn, err = client:connect(server, 80, { local_port = 4000 }) -- the ISN is 5000 again
  expect.equal(conn, nil)
  expect.equal(err, "timed out")
end)

expect.count("client > server: S 0:0(0)", 4)
expect.count("server > client: . 1:1(0) ack 1", 3, { after = 1 })
expect.no_segment("client > server: R")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
