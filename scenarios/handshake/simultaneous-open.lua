-- Simultaneous open: two active OPENs cross and become one connection. RFC 9293 3.5, figure 7.
--
-- Both peers call OPEN at the same instant, each to the other's port. The SYNs cross; each side
-- goes from SYN-SENT to SYN-RECEIVED and repeats its SYN with an ACK; when those cross too both
-- sides are ESTABLISHED. Nobody listens, and there is one connection, not two: what the left peer
-- sends the right one reads, and the other way round. The SYN,ACK lies left of RCV.NXT, since the
-- SYN in it has been counted before; RFC 9293 appendix A.2 names the difficulty and its ACK is
-- taken, as the figure demands.
sim.scenario {
  title = "Simultaneous open",
  cites = { "RFC 9293 3.5", "RFC 9293 A.2", "MUST-10", "RFC1122-3" },
}

local left = sim.host("left", { address = "10.0.0.1" })
local right = sim.host("right", { address = "10.0.0.2" })
sim.link(left, right, { delay = "10ms" })

left:app(function()
  local conn = left:connect(right, 2000, { local_port = 1000 })
  expect.near(sim.now(), 0.020, 1e-9)
  conn:send("from the left")
  expect.equal(conn:recv(), "from the right")
end)

right:app(function()
  local conn = right:connect(left, 1000, { local_port = 2000 })
  expect.near(sim.now(), 0.020, 1e-9)
  conn:send("from the right")
  expect.equal(conn:recv(), "from the left")
end)

expect.exchange [[
  0.000 left > right: S 0:0(0) <mss 1460>
  0.000 right > left: S 0:0(0) <mss 1460>
  0.010 left > right: S. 0:0(0) ack 1
  0.010 right > left: S. 0:0(0) ack 1
  0.020 left > right: P. 1:14(13) ack 1
  0.020 right > left: P. 1:15(14) ack 1
  ...
]]
expect.states(left, "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED")
expect.states(right, "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED")
