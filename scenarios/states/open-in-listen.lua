-- OPEN on a passive TCB: it becomes an active one. RFC 9293 3.10.1.
--
-- The left host listens on port 1000 and, a second later, opens actively on the same TCB: the
-- connection is changed from passive to active, an ISS is chosen and a SYN leaves. From LISTEN to
-- SYN-SENT as with a SEND (send-in-listen.lua), but nothing waits to be sent.
sim.scenario {
  title = "OPEN on a passive TCB",
  cites = { "RFC 9293 3.3.2", "RFC 9293 3.10.1" },
}

local left = sim.host("left", { address = "10.0.0.1" })
local right = sim.host("right", { address = "10.0.0.2" })
sim.link(left, right, { delay = "10ms" })

left:app(function()
  local listener = left:listen(1000)
  sim.sleep("1s")
  expect.equal(listener.state, "LISTEN")
  local conn = listener:connect(right, 2000)
  expect.equal(conn.state, "ESTABLISHED")
  expect.equal(conn.local_port, 1000)
  expect.near(sim.now(), 1.020, 1e-9)
end)

right:app(function() expect.truthy(right:listen(2000):accept()) end)

expect.exchange [[
  1.000 left > right: S 0:0(0)
  1.010 right > left: S. 0:0(0) ack 1
  1.020 left > right: . 1:1(0) ack 1
]]
expect.states(left, "CLOSED LISTEN SYN-SENT ESTABLISHED")
