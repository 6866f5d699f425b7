-- SEND in LISTEN: the passive TCB becomes an active one. RFC 9293 3.10.2, figure 5 (LISTEN to
-- SYN-SENT).
--
-- The left host listens and then, on that very TCB, sends to a remote socket that it now names. The
-- TCB goes from LISTEN to SYN-SENT and a SYN leaves; the octets wait and follow when the connection
-- is ESTABLISHED, here with the handshake's third segment. Sockets of today offer no such call.
sim.scenario {
  title = "SEND in LISTEN",
  cites = { "RFC 9293 3.3.2", "RFC 9293 3.10.2" },
}

local left = sim.host("left", { address = "10.0.0.1" })
local right = sim.host("right", { address = "10.0.0.2" })
sim.link(left, right, { delay = "10ms" })

left:app(function()
  local listener = left:listen(1000)
  sim.sleep("1s")
  expect.equal(listener.state, "LISTEN")
  expect.equal(listener:send(right, 2000, "hello"), 5)
  expect.truthy(listener:wait("ESTABLISHED"))
  expect.near(sim.now(), 1.020, 1e-9)
end)

right:app(function()
  local conn = right:listen(2000):accept()
  expect.equal(conn.remote_port, 1000)
  expect.equal(conn:recv(), "hello")
end)

expect.exchange [[
  1.000 left > right: S 0:0(0)
  1.010 right > left: S. 0:0(0) ack 1
  1.020 left > right: P. 1:6(5) ack 1
  1.230 right > left: . 1:1(0) ack 6
]]
expect.states(left, "CLOSED LISTEN SYN-SENT ESTABLISHED")
expect.states(right, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
