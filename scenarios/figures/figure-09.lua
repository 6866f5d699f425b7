-- RFC 9293 figure 9: half-open connection discovery.
--
--         TCP Peer A                                      TCP Peer B
--     1.  (REBOOT)                          (send 300, receive 100)
--     2.  CLOSED                                          ESTABLISHED
--     3.  SYN-SENT --> <SEQ=400><CTL=SYN>              --> (??)
--     4.  (!!)     <-- <SEQ=300><ACK=100><CTL=ACK>     <-- ESTABLISHED
--     5.  SYN-SENT --> <SEQ=100><CTL=RST>              --> (Abort!!)
--     6.  SYN-SENT                                        CLOSED
--     7.  SYN-SENT --> <SEQ=400><CTL=SYN>              -->
--
-- ISS 99 and 299 make the numbers those of line 1 once the SYNs have been counted. The SYN of line
-- 3 lies in B's window; line 4 is what RFC 5961 answers to any SYN on a synchronized connection
-- (RFC 793 wanted it outside). The RST of line 5 has exactly the number that B expects. Line 7 is
-- A's timer, 1 s after line 3. The figure leaves open what B does then; here nobody listens any
-- more, and A is told so. `tcpsim --absolute FILE` prints the figure's numbers; relative to A's new
-- ISS of 400 the 100 of line 5 lies before it and is printed as 4294966996.
sim.scenario {
  title = "Figure 9: half-open connection discovery",
  cites = { "RFC 9293 3.5.1", "RFC 9293 3.10.7.3", "RFC5961-2", "RFC5961-6", "RFC5961-7" },
}

local a = sim.host("A", { address = "10.0.0.1" })
local b = sim.host("B", { address = "10.0.0.2", iss = 299 })
sim.link(a, b, { delay = "10ms" })

b:app(function()
  local listener = b:listen(80)
  local conn = listener:accept()
  listener:close()
  expect.equal(conn:info().iss + conn:info().snd_nxt, 300)
  expect.equal(conn:info().irs + conn:info().rcv_nxt, 100)
  expect.equal(select(2, conn:recv()), "connection reset")
  expect.near(sim.now(), 0.130, 1e-9)
end)

a:app(function()
  a:connect(b, 80, { local_port = 4000, iss = 99 })
  sim.sleep("80ms")
  a:crash()
  local conn, err = a:connect(b, 80, { local_port = 4000, iss = 400 })
  expect.equal(conn, nil)
  expect.equal(err, "connection refused")
end)

expect.exchange([[
  0.000 A > B: S 99:99(0)
  0.010 B > A: S. 299:299(0) ack 100
  0.020 A > B: . 100:100(0) ack 300
  0.100 A > B: S 400:400(0)                      # 3
  0.110 B > A: . 300:300(0) ack 100              # 4
  0.120 A > B: R 100:100(0)                      # 5
  1.100 A > B: S 400:400(0)                      # 7
  1.110 B > A: R. 0:0(0) ack 401
]], { absolute = true })
expect.states(a, "CLOSED SYN-SENT CLOSED", { nth = 2 })
expect.states(b, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
