-- Duplicate ACKs that a timeout itself has caused are no new loss. RFC 6582 3.2 (2) and (4), section 4.
--
-- All ACKs of a window are lost, so the sender times out and begins to repeat what the receiver has.
-- Each repeated segment is a duplicate there and draws a duplicate ACK: the peer, played by the script,
-- sends three of them. They acknowledge nothing beyond what was under way at the timeout ("recover"), so
-- neither fast retransmit nor another cut of ssthresh follows.
sim.scenario {
  title = "No fast retransmit from a timeout's own duplicates",
  cites = { "RFC 6582 3.2", "RFC6582-3", "RFC6582-7", "RFC6582-8", "RFC6298-13" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", initial_window = 6 })
sim.link(peer, server)

local conn
server:app(function()
  conn = server:listen(80):accept()
  conn:send(20000)
  conn:wait("CLOSED", "1h")
end)

peer:app(function()
  peer:send("S 0:0(0) win 65535 <mss 1000>", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 1:1(0) ack 1 win 65535")
  expect.truthy(peer:expect(". 5001:6001(1000)", { within = "1ms" }))
  expect.truthy(peer:expect(". 1:1001(1000)", { within = "2s" })) -- the timeout
  sim.sleep("1ms")
  expect.equal(conn:info().ssthresh, 3000)
  peer:send(". 1:1(0) ack 2001 win 65535")
  sim.sleep("1ms")
  local repeated = conn:info().total_retransmits
  for _ = 1, 3 do peer:send(". 1:1(0) ack 2001 win 65535") end
  sim.sleep("1ms")
  expect.equal(conn:info().ssthresh, 3000)
  expect.equal(conn:info().total_retransmits, repeated)
  peer:send("R 1:1(0)")
end)
