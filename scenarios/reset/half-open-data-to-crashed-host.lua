-- Half-open: data to a host that has lost the connection draw a RST. RFC 9293 3.5.1, figure 10.
--
-- The server crashes at 0.1 s and forgets all: it says nothing, so the client still believes in its
-- connection. When the client sends at 0.5 s the restarted server has no TCB for the segment and
-- answers RST with SEQ = SEG.ACK (the number that the client expects next, hence acceptable to it).
-- The client's TCP aborts and its application learns "connection reset".
sim.scenario {
  title = "Half-open: data to a crashed host draw RST",
  cites = { "RFC 9293 3.5.1", "RFC 9293 3.5.2", "RFC 9293 3.10.7.1", "RFC5961-2", "MUST-12" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "connection does not exist")
  expect.near(sim.now(), 0.1, 1e-9)
end)
sim.at("100ms", function() server:crash() end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep(0.5 - sim.now())
  expect.equal(conn.state, "ESTABLISHED")
  conn:send("are you there?")
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "connection reset")
  expect.near(sim.now(), 0.520, 1e-9)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.500 client > server: P. 1:15(14) ack 1
  0.510 server > client: R 1:1(0)
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED CLOSED")
