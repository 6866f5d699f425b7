-- A receiver may throw away what it has reported: the sender keeps it. RFC 2018 8.
--
-- The peer reports that it holds all thousand octets, but acknowledges none of them, as its memory is
-- needed elsewhere just then. The client's timer expires; it sends the segment at the left edge again,
-- reported or not, and as the ACK of that reports nothing any more, it sends everything else again
-- too. Nothing that is reported leaves the send buffer: only the cumulative ACK frees it.
sim.scenario {
  title = "A receiver that takes back its SACK",
  cites = { "RFC 2018 8", "RFC2018-10", "RFC2018-11", "RFC2018-12" },
}

local client = sim.host("client", { address = "10.0.0.1", sack = true, initial_window = 10 })
local peer = sim.host("peer", { address = "10.0.0.2", tcp = false })
sim.link(client, peer, { delay = "1ms" })

client:app(function()
  local conn = client:connect(peer, 80)
  conn:send(1000)
  sim.sleep("500ms")
  local info = conn:info()
  expect.equal(info.sacked, 1000)
  expect.equal(info.send_room, 65535 - 1000, { shows = "RFC2018-12" })
  sim.sleep("2s")
  info = conn:info()
  expect.equal(info.sacked, 0)
  expect.equal(info.flight, 0)
  conn:abort()
end)

peer:app(function()
  peer:expect("S 0:0(0)")
  peer:send("S. 0:0(0) ack 1 <mss 100,sackOK>")
  peer:expect("P. 901:1001(100) ack 1")
  peer:send(". 1:1(0) ack 1 <sack 1:1001>")
  peer:expect(". 1:101(100)")
  peer:send(". 1:1(0) ack 101")
  for last = 301, 901, 200 do
    peer:expect(string.format(". %d:%d(100)", last - 100, last))
    peer:send(". 1:1(0) ack " .. last)
  end
  peer:expect("P. 901:1001(100) ack 1")
  peer:send(". 1:1(0) ack 1001")
end)
expect.count("client > peer: . 101:201(100)", 2)
expect.count("client > peer: P. 901:1001(100)", 2)
expect.count("client > peer: . 101:201(100)", 2, { shows = "RFC2018-12" })
