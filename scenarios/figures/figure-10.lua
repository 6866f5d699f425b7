-- RFC 9293 figure 10: the active side causes half-open connection discovery.
--
--         TCP Peer A                                              TCP Peer B
--     1.  (REBOOT)                                  (send 300, receive 100)
--     2.  (??)    <-- <SEQ=300><ACK=100><DATA=10><CTL=ACK>    <-- ESTABLISHED
--     3.          --> <SEQ=100><CTL=RST>                      --> (ABORT!!)
--
-- A has forgotten the connection when B sends ten octets. There is no TCB for them, so A answers
-- with a RST whose SEQ is the ACK of what arrived: 100, just what B expects. B aborts and tells its
-- user.
sim.scenario {
  title = "Figure 10: the active side discovers a half-open connection",
  cites = { "RFC 9293 3.5.1", "RFC 9293 3.5.2", "RFC 9293 3.10.7.1", "RFC5961-5", "RFC5961-2" },
}

local a = sim.host("A", { address = "10.0.0.1", iss = 99 })
local b = sim.host("B", { address = "10.0.0.2", iss = 299 })
sim.link(a, b, { delay = "10ms" })

a:app(function()
  expect.truthy(a:connect(b, 80))
  sim.sleep("30ms")
  a:crash()
end)

b:app(function()
  local conn = b:listen(80):accept()
  expect.equal(conn:info().iss + conn:info().snd_nxt, 300)
  expect.equal(conn:info().irs + conn:info().rcv_nxt, 100)
  sim.sleep(0.1 - sim.now())
  conn:send("ten octets")
  expect.equal(select(2, conn:recv()), "connection reset")
  expect.near(sim.now(), 0.120, 1e-9)
end)

expect.exchange([[
  0.000 A > B: S 99:99(0)
  0.010 B > A: S. 299:299(0) ack 100
  0.020 A > B: . 100:100(0) ack 300
  0.100 B > A: P. 300:310(10) ack 100            # 2
  0.110 A > B: R 100:100(0)                      # 3
]], { absolute = true })
expect.states(b, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
