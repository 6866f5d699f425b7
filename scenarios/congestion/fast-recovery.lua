-- Fast retransmit and fast recovery, one duplicate ACK after the other. RFC 5681 3.2, RFC 3042, RFC 6582.
--
-- Eight segments are under way and the peer, played by the script, has not got the first. The first
-- two duplicate ACKs each let one new segment out and change no window (limited transmit). The third
-- brings the first segment again; ssthresh is half of the eight, the two extra ones not counted, and the
-- window is ssthresh and three segments for those that have left the network. Each further duplicate
-- adds one; as soon as the window is larger than what is under way, a new segment goes with it. The ACK of all
-- that was under way when the loss was found ends it: the window shrinks, to less than ssthresh, as little is under way.
sim.scenario {
  title = "Fast recovery, step by step",
  cites = {
    "RFC6582-11", "RFC 5681 3.2", "RFC 3042", "RFC 6582 3.2", "RFC5681-14", "RFC5681-15", "RFC5681-16", "RFC3042-1", "RFC3042-2",
    "RFC3042-3", "RFC3042-5", "RFC6582-2", "RFC6582-4",
  },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", initial_window = 8 })
sim.link(peer, server)

local conn
server:app(function()
  conn = server:listen(80):accept()
  conn:send(40000)
  conn:wait("CLOSED", "1h")
end)

-- Sends that ACK; says the window, and which octet has been sent last.
local function acks(number)
  peer:send(". 1:1(0) ack " .. number .. " win 65535")
  sim.sleep("1ms")
  local info = conn:info()
  return info.cwnd, info.snd_nxt
end
local function expect_both(cwnd, snd_nxt, want_cwnd, want_snd_nxt)
  expect.equal(cwnd, want_cwnd)
  expect.equal(snd_nxt, want_snd_nxt)
end

peer:app(function()
  peer:send("S 0:0(0) win 65535 <mss 1000>", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 1:1(0) ack 1 win 65535")
  expect.truthy(peer:expect(". 7001:8001(1000)", { within = "1ms" }))

  local cwnd, snd_nxt = acks(1)
  expect_both(cwnd, snd_nxt, 8000, 9001)
  cwnd, snd_nxt = acks(1)
  expect_both(cwnd, snd_nxt, 8000, 10001)
  expect.equal(cwnd, 8000, { shows = "RFC3042-3" })
  expect.no_segment("server > peer: . 1:1001(1000)", { after = "10ms" })

  cwnd, snd_nxt = acks(1) -- the third
  expect_both(cwnd, snd_nxt, 4000 + 3000, 10001)
  expect.equal(conn:info().ssthresh, 4000)
  expect.count("server > peer: . 1:1001(1000)", 2)

  for more = 1, 3 do
    cwnd, snd_nxt = acks(1)
    expect_both(cwnd, snd_nxt, 7000 + 1000 * more, 10001)
  end
  cwnd, snd_nxt = acks(1) -- the window is larger than the ten that are under way
  expect_both(cwnd, snd_nxt, 11000, 11001)

  cwnd = acks(10001)
  expect.equal(cwnd, 2000, { shows = "RFC6582-11" }) -- what is still under way, 1000, and a segment: no burst
  peer:send("R 1:1(0)")
end)
