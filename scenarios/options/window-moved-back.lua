-- A window whose right edge seems to go back: what is sent first keeps to it, what is repeated need not.
-- RFC 7323 2.4, rules 3 to 5.
--
-- The peer scales by 2^7 and offers 4480 octets; three full segments go out. Then it offers 1536 from
-- the same point: more than rounding can do, but the sender must live with it. Nothing new is sent
-- beyond the edge. The timer repeats the first segment; when that is acknowledged the others follow,
-- beyond the window, as they had been in it when they were sent (rule 4). A second repetition waits
-- for the window (rule 5).
sim.scenario {
  title = "A scaled window that moves back",
  cites = { "RFC7323-8", "RFC 7323 2.4" },
}

local client = sim.host("client", { address = "10.0.0.1", window_scale = 0, initial_window = 10 })
local peer = sim.host("peer", { address = "10.0.0.2", tcp = false })
sim.link(client, peer, { delay = "1ms" })

client:app(function()
  local conn = client:connect(peer, 80)
  sim.sleep("10ms")
  conn:send(5840)
  sim.sleep("4s")
  conn:abort()
end)

peer:app(function()
  peer:expect("S 0:0(0)")
  peer:send("S. 0:0(0) ack 1 win 1 <mss 1460,nop,wscale 7>")
  peer:expect(". 1:1(0) ack 1")
  peer:send(". 1:1(0) ack 1 win 35") -- 4480 octets
  peer:expect(". 2921:4381(1460) ack 1")
  peer:send(". 1:1(0) ack 1 win 12") -- 1536 octets
  peer:expect_nothing("900ms")
  peer:expect(". 1:1461(1460) ack 1")
  peer:send(". 1:1(0) ack 1461 win 1")
  peer:expect(". 1461:2921(1460) ack 1", { within = "5ms" })
  peer:expect(". 2921:4381(1460) ack 1", { within = "5ms" })
  peer:expect_nothing("1s")
  peer:send(". 1:1(0) ack 4381 win 12")
  peer:expect("P. 4381:5841(1460) ack 1", { within = "5ms" })
end)
expect.no_segment("client > peer: P. 4381:5841(1460)", { before = 1.5, shows = "RFC7323-8" })
