-- RFC 9293 figure 6: the basic three-way handshake.
--
--         TCP Peer A                                           TCP Peer B
--     1.  CLOSED                                               LISTEN
--     2.  SYN-SENT    --> <SEQ=100><CTL=SYN>               --> SYN-RECEIVED
--     3.  ESTABLISHED <-- <SEQ=300><ACK=101><CTL=SYN,ACK>  <-- SYN-RECEIVED
--     4.  ESTABLISHED --> <SEQ=101><ACK=301><CTL=ACK>      --> ESTABLISHED
--     5.  ESTABLISHED --> <SEQ=101><ACK=301><CTL=ACK><DATA> --> ESTABLISHED
--
-- Line 5 has the same sequence number as line 4, because the ACK takes none. The ISS of both sides
-- are the figure's; its lines are 10 ms apart; B's delayed ACK of the data comes after the figure.
sim.scenario {
  title = "Figure 6: basic three-way handshake",
  cites = { "RFC 9293 3.5", "RFC 9293 3.10.7.2", "RFC 9293 3.10.7.3" },
}

local a = sim.host("A", { address = "10.0.0.1", iss = 100 })
local b = sim.host("B", { address = "10.0.0.2", iss = 300 })
sim.link(a, b, { delay = "10ms" })

b:app(function()
  local conn = b:listen(80):accept()
  expect.near(sim.now(), 0.030, 1e-9)
  expect.equal(conn:recv(), "data")
end)

a:app(function()
  local conn = a:connect(b, 80, { wait = false })
  expect.equal(conn.state, "SYN-SENT")
  expect.truthy(conn:wait("ESTABLISHED"))
  conn:send("data")
end)

expect.exchange([[
  0.000 A > B: S 100:100(0)                      # 2
  0.010 B > A: S. 300:300(0) ack 101             # 3
  0.020 A > B: . 101:101(0) ack 301              # 4
  0.020 A > B: P. 101:105(4) ack 301             # 5
  0.230 B > A: . 301:301(0) ack 105
]], { absolute = true })
expect.states(a, "CLOSED SYN-SENT ESTABLISHED")
expect.states(b, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
