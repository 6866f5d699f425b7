-- ABORT: a RST at once, and what was buffered is thrown away. RFC 9293 3.9.1.6, 3.10.5.
--
-- The server's window lets 2000 of the client's 5000 octets out; 3000 wait in the send buffer when
-- the client aborts at 0.1 s. The RST leaves at that instant with SEQ = SND.NXT, the waiting octets
-- never do, and nobody acknowledges a RST: it is the last segment of the run, and the client is in
-- CLOSED without TIME-WAIT. The server takes the RST although its window is closed. It has not read
-- its 2000 octets; they are thrown away too: `recv` says "connection reset", not end of stream as
-- after a FIN.
sim.scenario {
  title = "Abort: RST, no data after it, no acknowledgment",
  cites = { "RFC 9293 3.9.1.6", "RFC 9293 3.10.5", "RFC 9293 3.10.7.4", "MUST-12", "MUST-66", "RFC5961-2", "UNL-8" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", recv_buffer = 2000, mss = 1000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.truthy(conn:wait("CLOSED"))
  expect.near(sim.now(), 0.110, 1e-9)
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "connection reset")
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:send(5000), 5000)
  sim.sleep("80ms")
  expect.equal(conn:abort(), true)
  expect.equal(conn.state, "CLOSED")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1 win 2000
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: . 1:1001(1000) ack 1
  0.020 client > server: . 1001:2001(1000) ack 1
  0.030 server > client: . 1:1(0) ack 2001 win 0
  0.100 client > server: R 2001:2001(0)
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
