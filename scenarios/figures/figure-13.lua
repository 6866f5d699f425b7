-- RFC 9293 figure 13: the simultaneous close sequence.
--
--         TCP Peer A                                           TCP Peer B
--     1.  ESTABLISHED                                          ESTABLISHED
--     2.  (Close)                                              (Close)
--         FIN-WAIT-1  --> <SEQ=100><ACK=300><CTL=FIN,ACK>  ... FIN-WAIT-1
--                     <-- <SEQ=300><ACK=100><CTL=FIN,ACK>  <--
--                     ... <SEQ=100><ACK=300><CTL=FIN,ACK>  -->
--     3.  CLOSING     --> <SEQ=101><ACK=301><CTL=ACK>      ... CLOSING
--                     <-- <SEQ=301><ACK=101><CTL=ACK>      <--
--                     ... <SEQ=101><ACK=301><CTL=ACK>      -->
--     4.  TIME-WAIT                                            TIME-WAIT
--         (2 MSL)                                              (2 MSL)
--         CLOSED                                               CLOSED
--
-- Segments from A take 30 ms and those from B 10 ms; A closes at 0.100 and B at 0.102. That gives
-- the figure's order: each of A's segments leaves, B's passes it, and then it arrives ("..." in the
-- figure).
sim.scenario {
  title = "Figure 13: simultaneous close sequence",
  cites = { "RFC 9293 3.6", "RFC 9293 3.10.7.4", "MUST-13" },
}

local a = sim.host("A", { address = "10.0.0.1", iss = 99 })
local b = sim.host("B", { address = "10.0.0.2", iss = 299 })
sim.link(a, b, { forward = { delay = "30ms" }, backward = { delay = "10ms" } })

local function close_at(conn, time, closing, time_wait)
  sim.sleep(time - sim.now())
  conn:shutdown()
  expect.equal(conn.state, "FIN-WAIT-1")
  expect.truthy(conn:wait("CLOSING"))
  expect.near(sim.now(), closing, 1e-9)
  expect.truthy(conn:wait("TIME-WAIT"))
  expect.near(sim.now(), time_wait, 1e-9)
  expect.truthy(conn:wait("CLOSED", "5min"))
  expect.near(sim.now(), time_wait + 240, 1e-9)
end

a:app(function() close_at(a:connect(b, 80), 0.100, 0.112, 0.140) end)
b:app(function() close_at(b:listen(80):accept(), 0.102, 0.130, 0.142) end)

expect.exchange([[
  0.000 A > B: S 99:99(0)
  0.030 B > A: S. 299:299(0) ack 100
  0.040 A > B: . 100:100(0) ack 300
  0.100 A > B: F. 100:100(0) ack 300             # 2
  0.102 B > A: F. 300:300(0) ack 100
  0.112 A > B: . 101:101(0) ack 301              # 3
  0.130 B > A: . 301:301(0) ack 101
]], { absolute = true })
expect.exchange([[
  ...
  0.112 B > A: F. 300:300(0) ack 100             # 2
  0.130 A > B: F. 100:100(0) ack 300
  0.140 B > A: . 301:301(0) ack 101              # 3
  0.142 A > B: . 101:101(0) ack 301
]], { absolute = true, as = "delivered" })
expect.states(a, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED")
expect.states(b, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED")
