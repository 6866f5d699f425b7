-- RFC 9293 figure 12: the normal close sequence.
--
--         TCP Peer A                                           TCP Peer B
--     1.  ESTABLISHED                                          ESTABLISHED
--     2.  (Close)
--         FIN-WAIT-1  --> <SEQ=100><ACK=300><CTL=FIN,ACK>  --> CLOSE-WAIT
--     3.  FIN-WAIT-2  <-- <SEQ=300><ACK=101><CTL=ACK>      <-- CLOSE-WAIT
--     4.                                                       (Close)
--         TIME-WAIT   <-- <SEQ=300><ACK=101><CTL=FIN,ACK>  <-- LAST-ACK
--     5.  TIME-WAIT   --> <SEQ=101><ACK=301><CTL=ACK>      --> CLOSED
--     6.  (2 MSL)
--         CLOSED
--
-- ISS 99 and 299 give the figure's numbers. B closes 50 ms after it has read the end of the stream,
-- so lines 3 and 4 are apart as they are drawn. Line 6 comes 2 MSL (4 minutes) after line 5.
sim.scenario {
  title = "Figure 12: normal close sequence",
  cites = { "RFC 9293 3.6", "RFC 9293 3.10.4", "MUST-13" },
}

local a = sim.host("A", { address = "10.0.0.1", iss = 99 })
local b = sim.host("B", { address = "10.0.0.2", iss = 299 })
sim.link(a, b, { delay = "10ms" })

b:app(function()
  local conn = b:listen(80):accept()
  expect.equal(conn:recv(), nil)
  expect.equal(conn.state, "CLOSE-WAIT")
  sim.sleep("50ms")
  conn:close()
  expect.equal(conn.state, "LAST-ACK")
end)

a:app(function()
  local conn = a:connect(b, 80)
  sim.sleep("80ms")
  conn:shutdown()
  expect.equal(conn.state, "FIN-WAIT-1")
  expect.truthy(conn:wait("TIME-WAIT"))
  expect.near(sim.now(), 0.170, 1e-9)
  expect.truthy(conn:wait("CLOSED", "5min"))
  expect.near(sim.now(), 240.170, 1e-9)
end)

expect.exchange([[
  0.000 A > B: S 99:99(0)
  0.010 B > A: S. 299:299(0) ack 100
  0.020 A > B: . 100:100(0) ack 300
  0.100 A > B: F. 100:100(0) ack 300             # 2
  0.110 B > A: . 300:300(0) ack 101              # 3
  0.160 B > A: F. 300:300(0) ack 101             # 4
  0.170 A > B: . 101:101(0) ack 301              # 5
]], { absolute = true })
expect.states(a, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(b, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
