-- What the shift cuts off: the right edge seems to go back, and nothing is lost by it. RFC 7323 2.4.
--
-- The receiver scales by 2^10 and has 8192 octets of room, told as "win 8". After 100 octets it still
-- has 8092, which is 7.9 units: it can tell 7. The right edge that the peer sees has moved back from
-- 8193 to 7269. The receiver remembers the furthest edge that it ever told: what was sent in reliance
-- on that is taken (RFC 7323 2.4, rules 1 and 2), and only what lies beyond is refused.
sim.scenario {
  title = "The right edge under a scale",
  cites = { "RFC7323-6", "RFC7323-7", "RFC 9293 3.8.6" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local server = sim.host("server", { address = "10.0.0.2", window_scale = 10, recv_buffer = 8192, mss = 1000, delayed_ack = false })
sim.link(peer, server, { delay = "1ms", mtu = 9000 })

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("1s")
  conn:discard(1023) -- not yet a unit
  sim.sleep("1s")
  conn:discard(1)
  sim.sleep("1s")
  conn:discard(7168)
end)

peer:app(function()
  peer:send("S 0:0(0) <mss 1460,nop,wscale 0>", { to = server, sport = 4000, dport = 80 })
  peer:expect("S. 0:0(0) ack 1 win 8192 <...>")
  peer:send(". 1:1(0) ack 1")
  peer:send("P. 1:101(100) ack 1")
  peer:expect(". 1:1(0) ack 101 win 7")
  peer:send(". 101:7193(7092) ack 1")
  peer:expect(". 1:1(0) ack 7193 win 0")  -- 1000 octets are left: less than a unit
  peer:send(". 7193:8193(1000) ack 1")    -- they lie within the first window that was told
  peer:expect(". 1:1(0) ack 8193 win 0")
  peer:send(". 8193:8194(1) ack 1")       -- this does not
  peer:expect(". 1:1(0) ack 8193 win 0")
  peer:expect_nothing("1900ms")
  peer:expect(". 1:1(0) ack 8193 win 1")  -- read, in steps that the field can tell
  peer:expect(". 1:1(0) ack 8193 win 8")
end)

expect.segment("server > peer: . 1:1(0) ack 101 win 7", { shows = "RFC7323-6" })
expect.segment("server > peer: . 1:1(0) ack 8193", { shows = "RFC7323-7" })
