-- Options may stand on any segment, at any octet, and be of any kind. RFC 9293 3.1, 3.2.
--
-- The peer is played by the script. Its SYN begins with a NOP and with a kind 200 that
-- nobody knows, so that MSS does not begin on a word boundary: the server steps over it by its length octet and
-- finds the MSS behind it, as its first data show: pieces of 400. Then the peer puts an unknown
-- option, two NOPs and an End of Option List on a segment of data, and an MSS where none belongs:
-- the data are taken as if the options were not there, and the pieces stay 400.
sim.scenario {
  title = "Options anywhere, known or not",
  cites = { "RFC 9293 3.1", "RFC 9293 3.2", "MUST-4", "MUST-5", "MUST-6", "MUST-64", "MUST-14", "MUST-65", "MUST-68" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(peer, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:info().mss, 400, { shows = "MUST-6" })
  expect.equal(#conn:recv(), 100)
  expect.equal(conn:info().mss, 400)
  conn:send(800)
  sim.sleep("100ms")
  conn:abort()
end)

peer:app(function()
  peer:send("S 0:0(0) win 65535 <nop,kind 200 0xaabbcc,mss 400>", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1 <mss 1460>"))
  peer:send(". 1:1(0) ack 1 win 65535 <kind 254 0x01020304>")
  peer:send("P. 1:101(100) ack 1 win 65535 <nop,kind 201 0xff,nop,mss 100,eol>")
  expect.truthy(peer:expect(". 1:401(400) ack 101 <>", { within = "30ms" }))
  expect.truthy(peer:expect("P. 401:801(400) ack 101 <>"))
  peer:send(". 101:101(0) ack 801 win 65535")
  expect.truthy(peer:expect("R 801:801(0)"))
end)

expect.no_segment("server > peer: . <mss 1460>", { shows = "MUST-65" }) -- it says its MSS on the SYN,ACK and never again
