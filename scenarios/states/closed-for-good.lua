-- close() instead of shutdown(): nobody will read any more, and the peer is told so. RFC 9293 3.6.1.
--
-- The host lets go of the connection altogether, half-duplex as a socket's close is. Text that then
-- arrives, in FIN-WAIT-1 or FIN-WAIT-2, cannot be delivered to anybody: it draws a RST at once, which tells
-- the peer that its octets were lost. With octets that were received and not read the close itself is a RST, in
-- ESTABLISHED and in CLOSE-WAIT.
sim.scenario {
  title = "close(): text that nobody will read draws a RST",
  cites = { "RFC 9293 3.6.1", "SHLD-3", "MAY-1" },
}

local host = sim.host("host", { address = "10.0.0.1", delayed_ack = false })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local function opens(port)
  local conn = host:connect(peer, 80, { local_port = port, wait = false })
  expect.truthy(peer:expect("S 0:0(0)"))
  peer:send("S. 0:0(0) ack 1 win 65535", { to = host, sport = 80, dport = port })
  expect.truthy(peer:expect(". 1:1(0) ack 1"))
  return conn
end

peer:app(function()
  local conn = opens(5000)
  conn:close()
  expect.truthy(peer:expect("F. 1:1(0) ack 1"))
  peer:send(". 1:6(5) ack 1 win 65535") -- FIN-WAIT-1
  expect.truthy(peer:expect("R 1:1(0)", { within = "1ms" })) -- the number that the peer acknowledged

  conn = opens(5001)
  conn:close()
  expect.truthy(peer:expect("F. 1:1(0) ack 1"))
  peer:send(". 1:1(0) ack 2 win 65535")
  peer:send(". 1:6(5) ack 2 win 65535") -- FIN-WAIT-2
  expect.truthy(peer:expect("R 2:2(0)", { within = "1ms" }))

  conn = opens(5002)
  peer:send("P. 1:6(5) ack 1 win 65535")
  expect.truthy(peer:expect(". 1:1(0) ack 6"))
  conn:close() -- five octets unread, in ESTABLISHED
  expect.truthy(peer:expect("R 1:1(0)", { within = "1ms" }))

  conn = opens(5003)
  peer:send("FP. 1:6(5) ack 1 win 65535")
  expect.truthy(peer:expect(". 1:1(0) ack 7"))
  conn:close() -- and in CLOSE-WAIT
  expect.truthy(peer:expect("R 1:1(0)", { within = "1ms" }))
end)

expect.no_segment("peer > host: R")
expect.count("host > peer: R", 4)
