-- CLOSE when it has been called before: an error, and no second FIN. RFC 9293 3.10.4.
--
-- The client calls CLOSE in ESTABLISHED and again in FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT; the
-- server in CLOSE-WAIT and again in LAST-ACK. Every second call fails with "connection closing", no
-- state changes, and there is one FIN in each direction.
sim.scenario {
  title = "CLOSE called twice",
  cites = { "RFC 9293 3.10.4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

local function closes_no_more(conn, state)
  expect.equal(conn.state, state)
  local value, err = conn:shutdown()
  expect.equal(value, nil)
  expect.equal(err, "connection closing")
  expect.equal(conn.state, state)
end

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), nil)
  sim.sleep("50ms")
  expect.equal(conn:shutdown(), true)
  closes_no_more(conn, "LAST-ACK")
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:shutdown(), true)
  closes_no_more(conn, "FIN-WAIT-1")
  conn:wait("FIN-WAIT-2")
  closes_no_more(conn, "FIN-WAIT-2")
  conn:wait("TIME-WAIT")
  closes_no_more(conn, "TIME-WAIT")
end)

expect.count("client > server: F.", 1)
expect.count("server > client: F.", 1)
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
