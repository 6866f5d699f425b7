-- ABORT with data that the aborting side has not read. RFC 9293 3.10.5.
--
-- The server has sent five octets; they lie unread in the client's receive buffer when it aborts.
-- They go the way of all its buffers, and the RST leaves at once with SEQ = SND.NXT. The server,
-- waiting in `recv`, is told "connection reset", and so is its next `send`. Nothing follows the
-- RST.
sim.scenario {
  title = "Abort with unread data",
  cites = { "RFC 9293 3.10.5", "RFC 9293 3.10.7.4", "MUST-12" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  conn:send("hello")
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "connection reset")
  expect.near(sim.now(), 0.110, 1e-9)
  expect.equal(select(2, conn:send("more")), "connection reset")
end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("80ms") -- "hello" arrives at 0.040
  expect.equal(conn:info().rcv_nxt, 6)
  conn:abort()
  expect.equal(conn.state, "CLOSED")
  expect.equal(select(2, conn:recv()), "connection does not exist")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.030 server > client: P. 1:6(5) ack 1
  0.100 client > server: R 1:1(0)
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
