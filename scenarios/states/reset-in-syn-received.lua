-- RST in SYN-RECEIVED: what it means depends on who opened. RFC 9293 3.10.7.4, figure 5 note 1.
--
-- Twice the scripted peer brings a host to SYN-RECEIVED and resets it. The first host listened: its
-- connection returns to LISTEN, and its user hears nothing. The second opened actively and met a
-- SYN (simultaneous open): it goes to CLOSED and its user is told "connection refused".
sim.scenario {
  title = "RST in SYN-RECEIVED, passive and active",
  cites = { "RFC 9293 3.3.2", "RFC 9293 3.10.7.4", "MUST-11" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local passive = sim.host("passive", { address = "10.0.0.2" })
local active = sim.host("active", { address = "10.0.0.3" })
sim.link(peer, passive, { delay = "10ms" })
sim.link(peer, active, { delay = "10ms" })

passive:app(function() expect.equal(select(2, passive:listen(80):accept("5s")), "timed out") end)
active:app(function()
  sim.sleep("1s")
  local conn, err = active:connect(peer, 2000, { local_port = 1000 })
  expect.equal(conn, nil)
  expect.equal(err, "connection refused")
end)

peer:app(function()
  peer:send("S 0:0(0)", { to = passive, sport = 4000, dport = 80 })
  peer:expect("S. 0:0(0) ack 1")
  peer:send("R 1:1(0)")

  peer:expect("active.1000 > peer.2000: S 0:0(0)")
  peer:send("S 0:0(0)")
  peer:expect("S. 0:0(0) ack 1")
  peer:send("R 1:1(0)")
end)

expect.exchange([[
  0.000 peer > passive: S 0:0(0)
  0.010 passive > peer: S. 0:0(0) ack 1
  0.020 peer > passive: R 1:1(0)
]], { between = { peer, passive } })
expect.exchange([[
  1.000 active > peer: S 0:0(0)
  1.010 peer > active: S 0:0(0)
  1.020 active > peer: S. 0:0(0) ack 1
  1.030 peer > active: R 1:1(0)
]], { between = { peer, active } })
expect.states(passive, "CLOSED LISTEN SYN-RECEIVED LISTEN")
expect.states(active, "CLOSED SYN-SENT SYN-RECEIVED CLOSED")
