-- The sender does not let a window be eaten in crumbs. RFC 9293 3.8.6.2.1.
--
-- A peer played by the script opens its window by little: 100 octets, then 200 more, while 3000 wait
-- to be sent. A sender that used each crumb would fill the network with headers. This one waits until
-- a full segment fits, or half of the largest window that it was ever offered (4000), or, nothing else
-- being under way, a timer has run: then it sends what fits after all.
sim.scenario {
  title = "The sender's silly window avoidance",
  cites = { "RFC 9293 3.8.6.2.1", "RFC1122-7", "MUST-38" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(peer, server)

server:app(function()
  local conn = server:listen(80):accept()
  conn:send(4000)
  conn:send(3000)
end)

peer:app(function()
  peer:send("S 0:0(0) win 4000 <mss 1000>", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S."))
  peer:send(". 1:1(0) ack 1 win 4000")
  expect.truthy(peer:expect(". 3001:4001(1000)"))
  -- All is acknowledged, and the window is 100: nothing, until the override timer.
  peer:send(". 1:1(0) ack 4001 win 100")
  expect.truthy(peer:expect_nothing("90ms"))
  expect.truthy(peer:expect(". 4001:4101(100)", { within = "500ms" }))
  -- Acknowledged; 200 more: again nothing at once.
  peer:send(". 1:1(0) ack 4101 win 200")
  expect.truthy(peer:expect_nothing("90ms"))
  -- A whole segment fits: at once.
  peer:send(". 1:1(0) ack 4101 win 1000")
  expect.truthy(peer:expect(". 4101:5101(1000)", { within = "1ms" }))
  peer:send("R 1:1(0)")
end)
