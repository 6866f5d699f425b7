-- A receiver cannot make a sender faster by cutting its ACKs in pieces. RFC 5681 3.1.
--
-- The peer, played by the script, acknowledges one segment of 1000 octets in ten steps of 100. If each
-- ACK were worth a segment, slow start would run ten times too fast; so each is worth what it
-- acknowledges, and no more than a segment. Ten ACKs, 1000 octets, one segment more. An ACK of four
-- segments at once is likewise worth one segment, not four.
sim.scenario {
  title = "Dividing ACKs gains nothing",
  cites = { "RFC 5681 3.1", "RFC5681-1", "RFC5681-6" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
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
  expect.truthy(peer:expect(". 3001:4001(1000)", { within = "1ms" }))
  expect.truthy(peer:expect_nothing("10ms"))
  expect.equal(conn:info().cwnd, 4000)
  for acked = 101, 1001, 100 do
    peer:send(". 1:1(0) ack " .. acked .. " win 65535")
    sim.sleep("1ms")
  end
  expect.equal(conn:info().cwnd, 5000)
  expect.equal(conn:info().snd_nxt, 6001, { shows = "RFC5681-1" }) -- 1000 acknowledged and 5000 under way
  peer:send(". 1:1(0) ack 5001 win 65535")
  sim.sleep("1ms")
  expect.equal(conn:info().cwnd, 6000)
  peer:send("R 1:1(0)")
end)
