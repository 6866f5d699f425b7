-- A window of one segment cannot be halved: the sender waits for its timer. RFC 3168 6.1.2.
--
-- A timeout has brought the congestion window to one segment. Its repetition is never marked, for it
-- is not ECT; the new segment after it is. The ACK with ECE would halve a window that is at its
-- least: instead the retransmission timer is started, and the next segment waits for it. When it
-- fires nothing is sent again, for nothing is out; the third segment leaves.
sim.scenario {
  title = "ECN: with a window of one segment the timer paces",
  cites = { "RFC 3168 6.1.2", "RFC3168-12", "RFC3168-13" },
}

local client = sim.host("client", { address = "10.0.0.1", ecn = "on", mss = 1000 })
local server = sim.host("server",
  { address = "10.0.0.2", ecn = "passive", mss = 1000, delayed_ack = false })
sim.link(client, server, { delay = "50ms" })
sim.drop { from = client, pattern = "P. 1:501(500)", nth = 1 }
local router = sim.rewrite { -- one that marks whatever it may
  from = client, match = function(segment) return segment.tos & 3 == 2 end,
  with = function(segment) segment.tos = segment.tos | 3 end,
}
sim.rewrite { -- and the other way while the repetition is acknowledged: the window stays at one segment
  from = server, pattern = ". 1:1(0) ack 501", with = function(segment) segment.flags = ".E" end,
}

server:app(function()
  local conn = server:listen(80):accept()
  conn:discard()
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(500)
  sim.sleep(1.5 - sim.now())
  expect.equal(conn:info().cwnd, 1000)
  conn:send(500) -- marked; its ACK finds a window of one segment
  sim.sleep(1.7 - sim.now())
  router:remove()
  expect.equal(conn:info().cwnd, 1000)
  conn:send(500) -- waits
  conn:shutdown()
  expect.equal(conn:recv(), nil)
  conn:close()
end)

expect.segment "1.500 client > server: P.W 501:1001(500)"
expect.no_segment("client > server: FP.W 1001:1501(500)", { before = 2.5 })
expect.segment("client > server: FP.W 1001:1501(500)", { after = 2.5 })
