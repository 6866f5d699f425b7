-- SYN-RECEIVED that came from LISTEN: back there by a SYN in the window; and a window of zero. RFC 9293 3.10.7.4.
--
-- A second SYN inside the window, at another number than the first, says that the peer has begun anew: a
-- connection that was opened passively returns to LISTEN, silently, and the next SYN is answered as if
-- nothing had been. On the second port the server offers a window of 0 from the start: text is refused,
-- and the empty ACK at RCV.NXT completes the handshake.
sim.scenario {
  title = "SYN-RECEIVED: a SYN in the window, a window of zero",
  cites = { "RFC 9293 3.10.7.4", "MUST-11", "UNL-3", "UNL-13" },
}

local server = sim.host("server", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(server, peer)

server:app(function()
  expect.equal(server:listen(80):accept().state, "ESTABLISHED")
end)
server:app(function()
  expect.equal(server:listen(81, { window = 0 }):accept():info().unread, 0)
end)

peer:app(function()
  peer:send("S 0:0(0) win 65535", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send("S 100:100(0) win 65535")
  expect.truthy(peer:expect_nothing("1ms"))
  peer:send("S 200:200(0) win 65535")
  expect.truthy(peer:expect("S.", { within = "1ms" }))
  peer:send(". 201:201(0) ack 1 win 65535")
  expect.truthy(peer:expect_nothing("1ms"))

  peer:send("S 0:0(0) win 65535", { to = server, sport = 4001, dport = 81 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1 win 0"))
  peer:send(". 1:2(1) ack 0 win 65535")
  expect.truthy(peer:expect(". 1:1(0) ack 1 win 0", { within = "1ms" }))
  peer:send(". 1:1(0) ack 1 win 65535")
  expect.truthy(peer:expect_nothing("1ms"))
end)

expect.states(server, "CLOSED LISTEN SYN-RECEIVED LISTEN")
