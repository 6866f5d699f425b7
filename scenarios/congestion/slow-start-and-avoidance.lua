-- Slow start, a loss, and congestion avoidance: how many segments a round trip carries. RFC 5681 3.1, 3.2.
--
-- Each round trip of 100 ms is one row of segments. The window begins with four segments of 1000 octets (RFC
-- 5681's initial window for this size) and grows by one for each that is acknowledged: 4, 8, 16. The
-- 20th segment of data is lost. The duplicate ACKs that the others draw bring it again at once; ssthresh
-- becomes half of what was under way, and from there the window grows by one segment a round trip.
-- (Every segment is acknowledged here; with delayed ACKs slow start grows by half as much.)
sim.scenario {
  title = "Slow start, one loss, congestion avoidance",
  cites = {
    "RFC 5681 3.1", "RFC 5681 3.2", "MUST-19", "RFC5681-1", "RFC5681-2", "RFC5681-3",
  },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, delayed_ack = false })
sim.link(client, server, { delay = "50ms", forward = { rate = "100mbit" } })
sim.drop { from = client, pattern = ". 19001:20001(1000)", nth = 1 }

local conn
local function window_at(time, cwnd, ssthresh)
  expect.at(time, function()
    local info = conn:info()
    expect.equal(info.cwnd, cwnd)
    if ssthresh then expect.equal(info.ssthresh, ssthresh) end
  end)
end
window_at("150ms", 4000)
window_at("250ms", 8000)
window_at("350ms", 16000)

-- What leaves in each round trip: doubled three times, then one more each time.
local function segments(from, to, n) expect.count("client > server: .", n, { after = from, before = to }) end
segments("150ms", "250ms", 8)
expect.no_segment("client > server: . 4001:5001(1000)", { before = "150ms", shows = "RFC5681-1" })
expect.count("client > server: .", 5, { before = "150ms", shows = "RFC5681-3" }) -- the ACK and four: the handshake adds none
segments("250ms", "350ms", 16)
expect.segment("0.401 client > server: . 19001:20001(1000)") -- fast retransmit
window_at("590ms", 10000, 11500) -- what was under way at the end of recovery, and one more
segments("590ms", "690ms", 12)
segments("690ms", "790ms", 13)

server:app(function()
  local got = server:listen(80):accept()
  expect.equal(got:discard(), 80000)
  got:close()
end)

client:app(function()
  conn = client:connect(server, 80)
  conn:send(80000)
  conn:close()
end)
