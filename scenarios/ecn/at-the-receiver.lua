-- What the receiver makes of marks. RFC 3168 6.1.3, 6.1.5, 6.1.6.
--
-- The peer, played by the script, sends text with CE set where a router would have set it. A delayed ACK bears
-- ECE if any of the segments that it covers was marked, here the first of two. CE on text outside of the window is
-- ignored: it may be forged. CE on a probe of a closed window is honoured, although the octet itself is refused.
-- CWR ends the echo.
sim.scenario {
  title = "ECN: marks at the receiver",
  cites = { "RFC 3168 6.1.3", "RFC 3168 6.1.5", "RFC3168-15", "RFC3168-16", "RFC3168-17", "RFC3168-18" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", ecn = "passive", recv_buffer = 300, mss = 300 })
sim.link(peer, server)

local mark = false -- the router on the way
sim.rewrite { from = peer, with = function(segment) if mark then segment.tos = 3 end end }
local function sends(pattern, marked)
  mark = marked or false
  peer:send(pattern)
  sim.sleep("1us")
end
local function answers(pattern) expect.truthy(peer:expect(pattern, { within = "250ms", next = true })) end

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("10s")
  expect.equal(conn:info().ce_segments, 2)
  conn:discard(300)
  conn:close()
end)

peer:app(function()
  peer:send("SEW 0:0(0) win 1000", { to = server, sport = 4000, dport = 80 })
  answers("S.E 0:0(0) ack 1")
  sends(". 1:1(0) ack 1 win 1000")
  sends(". 1:101(100) ack 1 win 1000", true)
  sends(". 101:201(100) ack 1 win 1000")
  answers(".E 1:1(0) ack 201") -- delayed, of both
  sends(".W 201:211(10) ack 1 win 1000")
  answers(". 1:1(0) ack 211")
  sends(". 5211:5221(10) ack 1 win 1000", true) -- far outside
  expect.truthy(peer:expect(". 1:1(0) ack 211", { within = "1ms", next = true }), { shows = "RFC3168-17" })
  sends(". 211:301(90) ack 1 win 1000")
  answers(". 1:1(0) ack 301 win 0")
  sends(". 301:302(1) ack 1 win 1000", true) -- a probe
  expect.truthy(peer:expect(".E 1:1(0) ack 301 win 0", { within = "1ms", next = true }), { shows = "RFC3168-18" })
end)
