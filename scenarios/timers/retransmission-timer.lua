-- When the retransmission timer starts, restarts and stops. RFC 6298 (5.1) to (5.3), (2.1), (2.4).
--
-- Before anything is known of the path the RTO is one second, and it is never less. Sending starts the
-- timer only if it does not run: the three segments, 0.1 s apart, do not move it. An ACK of new data
-- starts it anew, with the whole RTO; the ACK of everything stops it. So the third segment, never
-- acknowledged, is repeated one second after the last ACK, not one second after it was sent.
sim.scenario {
  title = "The retransmission timer",
  cites = {
    "RFC8961-2", "RFC 6298 5", "RFC6298-1", "RFC6298-4", "RFC6298-9", "RFC6298-10", "RFC6298-11", "RFC6298-12", "RFC8961-1",
  },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", nagle = false })
sim.link(peer, server)

local conn
server:app(function()
  conn = server:listen(80):accept()
  expect.near(conn:info().rto, 1, 1e-9) -- the handshake took no time at all
  for _ = 1, 3 do
    conn:send(100)
    sim.sleep("100ms")
  end
end)

peer:app(function()
  peer:send("S 0:0(0) win 65535", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 1:1(0) ack 1 win 65535")
  expect.truthy(peer:expect("P. 201:301(100)", { within = "1s" })) -- at 0.2 s
  sim.sleep(0.3 - sim.now())
  peer:send(". 1:1(0) ack 201 win 65535")
  expect.truthy(peer:expect_nothing("999ms"))
  expect.truthy(peer:expect("P. 201:301(100)", { within = "2ms" })) -- at 1.3 s
  peer:send(". 1:1(0) ack 301 win 65535")
  expect.truthy(peer:expect_nothing("10s"))
  expect.near(conn:info().rto, 2, 1e-9, { shows = "RFC6298-11" }) -- doubled once: no timer has run out since
  peer:send("R 1:1(0)")
end)
