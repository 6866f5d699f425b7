-- Which ACKs count as duplicates. RFC 5681 2.
--
-- Six segments are under way, and the peer, played by the script, sends many segments with the same ACK.
-- None of these is a duplicate ACK: one that carries text, one that changes the window, one with a FIN
-- (from a peer that has not lost anything, but has something to say). Two plain ones are; two more of the
-- other sort between them change nothing. Only the third plain one brings the first segment again.
sim.scenario {
  title = "What counts as a duplicate ACK",
  cites = { "RFC 5681 2", "RFC1122-4", "RFC5681-12", "RFC1122-2" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", initial_window = 6 })
sim.link(peer, server)

local conn
server:app(function()
  conn = server:listen(80):accept()
  conn:send(6000)
  conn:wait("CLOSED", "1h")
end)

local function sends(segment)
  peer:send(segment)
  sim.sleep("1ms")
  return conn:info().total_retransmits
end

peer:app(function()
  peer:send("S 0:0(0) win 65535 <mss 1000>", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 1:1(0) ack 1 win 65535")
  expect.truthy(peer:expect("P. 5001:6001(1000)", { within = "1ms" }))
  expect.equal(sends("P. 1:11(10) ack 1 win 65535"), 0)
  expect.equal(sends("P. 11:21(10) ack 1 win 65535"), 0)
  expect.equal(sends(". 21:21(0) ack 1 win 60000"), 0)
  expect.equal(sends(". 21:21(0) ack 1 win 59000"), 0)
  expect.equal(sends(". 21:21(0) ack 1 win 59000"), 0) -- one
  expect.equal(sends(". 21:21(0) ack 1 win 59000"), 0) -- two
  expect.equal(sends(". 21:21(0) ack 1 win 58000"), 0) -- a window update
  expect.equal(sends(". 21:21(0) ack 1 win 58000"), 1) -- three
  expect.equal(sends("F. 21:21(0) ack 1 win 58000"), 1)
  peer:send("R 22:22(0)")
end)
