-- RFC 9293 figure 8: recovery from an old duplicate SYN.
--
--         TCP Peer A                                           TCP Peer B
--     1.  CLOSED                                               LISTEN
--     2.  SYN-SENT    --> <SEQ=100><CTL=SYN>               ...
--     3.  (duplicate) ... <SEQ=90><CTL=SYN>                --> SYN-RECEIVED
--     4.  SYN-SENT    <-- <SEQ=300><ACK=91><CTL=SYN,ACK>   <-- SYN-RECEIVED
--     5.  SYN-SENT    --> <SEQ=91><CTL=RST>                --> LISTEN
--     6.              ... <SEQ=100><CTL=SYN>               --> SYN-RECEIVED
--     7.  ESTABLISHED <-- <SEQ=400><ACK=101><CTL=SYN,ACK>  <-- SYN-RECEIVED
--     8.  ESTABLISHED --> <SEQ=101><ACK=401><CTL=ACK>      --> ESTABLISHED
--
-- A's SYN is held on the way while a SYN of a former life (SEQ 90, forged at 0.005) overtakes it. B
-- cannot know that it is old; A can: ACK 91 acknowledges nothing that it sent, and its RST (SEQ =
-- that ACK) brings B back to LISTEN. Then the true SYN goes on. B chooses a new ISS for it; to make
-- that the figure's 400 the script has B listen anew at 0.040, because a given ISS serves all
-- connections of a listener. `tcpsim --absolute FILE` prints the figure's numbers; relative to A's
-- ISS of 100 the old SYN's 90 is -10, printed as what it is in 32 bits: 4294967286.
sim.scenario {
  title = "Figure 8: recovery from an old duplicate SYN",
  cites = { "RFC 9293 3.5", "RFC 9293 3.10.7.3", "RFC 9293 3.10.7.4" },
}

local a = sim.host("A", { address = "10.0.0.1" })
local b = sim.host("B", { address = "10.0.0.2", iss = 300 })
sim.link(a, b, { delay = "10ms" })

local held = sim.hold { from = a, pattern = "S 100:100(0)", absolute = true }
sim.at("5ms", function()
  sim.inject { from = a, to = b, segment = "S 90:90(0)", absolute = true, sport = 4000, dport = 80 }
end)

b:app(function()
  local listener = b:listen(80)
  expect.equal(select(2, listener:accept("40ms")), "timed out")
  expect.equal(listener.state, "LISTEN")
  listener:close()
  listener = b:listen(80, { iss = 400 })
  held:release()
  expect.truthy(listener:accept())
  expect.near(sim.now(), 0.070, 1e-9)
end)

a:app(function()
  expect.truthy(a:connect(b, 80, { local_port = 4000, iss = 100 }))
  expect.near(sim.now(), 0.060, 1e-9)
end)

expect.exchange([[
  0.000 A > B: S 100:100(0)                      # 2, arrives as 6
  0.005 A > B: S 90:90(0)                        # 3
  0.015 B > A: S. 300:300(0) ack 91              # 4
  0.025 A > B: R 91:91(0)                        # 5
  0.050 B > A: S. 400:400(0) ack 101             # 7
  0.060 A > B: . 101:101(0) ack 401              # 8
]], { absolute = true })
expect.states(a, "CLOSED SYN-SENT ESTABLISHED")
expect.states(b, "CLOSED LISTEN SYN-RECEIVED LISTEN", { nth = 1 })
expect.states(b, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED", { nth = 2 })
