-- RFC 9293 figure 7: simultaneous connection synchronization.
--
--         TCP Peer A                                            TCP Peer B
--     1.  CLOSED                                                CLOSED
--     2.  SYN-SENT     --> <SEQ=100><CTL=SYN>              ...
--     3.  SYN-RECEIVED <-- <SEQ=300><CTL=SYN>              <-- SYN-SENT
--     4.               ... <SEQ=100><CTL=SYN>              --> SYN-RECEIVED
--     5.  SYN-RECEIVED --> <SEQ=100><ACK=301><CTL=SYN,ACK> ...
--     6.  ESTABLISHED  <-- <SEQ=300><ACK=101><CTL=SYN,ACK> <-- SYN-RECEIVED
--     7.               ... <SEQ=100><ACK=301><CTL=SYN,ACK> --> ESTABLISHED
--
-- Segments from A take 30 ms and those from B 10 ms, and B opens 2 ms after A: that gives the
-- figure's order, which the second expectation asserts by times of arrival. The SYN,ACK of line 6
-- lies left of A's RCV.NXT (301), so the strict order of the checks would refuse it (appendix A.2);
-- the figure is followed.
sim.scenario {
  title = "Figure 7: simultaneous open",
  cites = { "RFC 9293 3.5", "RFC 9293 A.2", "MUST-10" },
}

local a = sim.host("A", { address = "10.0.0.1", iss = 100 })
local b = sim.host("B", { address = "10.0.0.2", iss = 300 })
sim.link(a, b, { forward = { delay = "30ms" }, backward = { delay = "10ms" } })

a:app(function()
  expect.truthy(a:connect(b, 2000, { local_port = 1000 }))
  expect.near(sim.now(), 0.040, 1e-9)
end)

b:app(function()
  sim.sleep("2ms")
  expect.truthy(b:connect(a, 1000, { local_port = 2000 }))
  expect.near(sim.now(), 0.042, 1e-9)
end)

expect.exchange([[
  0.000 A > B: S 100:100(0)                      # 2
  0.002 B > A: S 300:300(0)                      # 3
  0.012 A > B: S. 100:100(0) ack 301             # 5
  0.030 B > A: S. 300:300(0) ack 101             # 6
]], { absolute = true })
expect.exchange([[
  0.012 B > A: S 300:300(0)                      # 3
  0.030 A > B: S 100:100(0)                      # 4
  0.040 B > A: S. 300:300(0) ack 101             # 6
  0.042 A > B: S. 100:100(0) ack 301             # 7
]], { absolute = true, as = "delivered" })
expect.states(a, "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED")
expect.states(b, "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED")
