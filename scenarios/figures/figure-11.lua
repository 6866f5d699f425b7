-- RFC 9293 figure 11: an old duplicate SYN initiates a reset on two passive sockets.
--
--         TCP Peer A                                    TCP Peer B
--     1.  LISTEN                                        LISTEN
--     2.         ... <SEQ=Z><CTL=SYN>               --> SYN-RECEIVED
--     3.  (??)   <-- <SEQ=X><ACK=Z+1><CTL=SYN,ACK>  <-- SYN-RECEIVED
--     4.         --> <SEQ=Z+1><CTL=RST>             --> (return to LISTEN!)
--     5.  LISTEN                                        LISTEN
--
-- Both sides listen, so neither has sent a SYN; the one that reaches B is an old duplicate (Z =
-- 700, forged). A in LISTEN takes no ACK: its RST has the number that the ACK named. B's connection
-- was opened passively and therefore returns to LISTEN without its user hearing of it; both
-- listeners are as before.
sim.scenario {
  title = "Figure 11: an old duplicate SYN between two listeners",
  cites = { "RFC 9293 3.5.1", "RFC 9293 3.10.7.2", "RFC 9293 3.10.7.4", "MUST-11" },
}

local a = sim.host("A", { address = "10.0.0.1", iss = 100 })
local b = sim.host("B", { address = "10.0.0.2", iss = 300 })
sim.link(a, b, { delay = "10ms" })

local at_a, at_b = a:listen(1000), b:listen(2000)
sim.inject { from = a, to = b, segment = "S 700:700(0)", absolute = true, sport = 1000, dport = 2000 }

a:app(function() expect.equal(select(2, at_a:accept("1s")), "timed out") end)
b:app(function() expect.equal(select(2, at_b:accept("1s")), "timed out") end)
expect.at("1s", function()
  expect.equal(at_a.state, "LISTEN")
  expect.equal(at_b.state, "LISTEN")
end)

expect.exchange([[
  0.000 A > B: S 700:700(0)                      # 2
  0.010 B > A: S. 300:300(0) ack 701             # 3
  0.020 A > B: R 701:701(0)                      # 4
]], { absolute = true })
expect.states(b, "CLOSED LISTEN SYN-RECEIVED LISTEN")
