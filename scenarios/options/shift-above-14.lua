-- A shift above 14 is taken as 14: no window is greater than a gigabyte. RFC 7323 2.3.
--
-- The peer's SYN,ACK says "wscale 15". With a shift of 14 a window of 65535 units is just less than
-- 2^30, half of what comparisons of sequence numbers can bear. The client's own shift is bounded too:
-- asking for more is refused when the scenario is read.
sim.scenario { title = "A window scale above 14", cites = { "RFC7323-2", "RFC7323-5", "RFC7323-6" } }

local client = sim.host("client", { address = "10.0.0.1", window_scale = true, recv_buffer = 1 << 30 })
local peer = sim.host("peer", { address = "10.0.0.2", tcp = false })
sim.link(client, peer, { delay = "1ms" })

client:app(function()
  local conn = client:connect(peer, 80)
  expect.equal(conn:info().snd_wnd, 65535, { shows = "RFC7323-2" }) -- that of the SYN,ACK: not scaled
  sim.sleep("10ms")
  expect.equal(conn:info().snd_shift, 14)
  expect.equal(conn:info().snd_wnd, 65535 << 14)
  expect.equal(conn:info().rcv_wnd, 65535 << 14)
  conn:abort()
end)

peer:app(function()
  peer:expect("S 0:0(0) win 65535 <mss 1460,nop,wscale 14>")
  peer:send("S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 15>")
  peer:expect(". 1:1(0) ack 1 win 65535")
  peer:send(". 1:1(0) ack 1 win 65535")
end)

expect.error(function() sim.host("more", { address = "10.0.0.3", window_scale = 15 }) end,
  "window_scale of host more: expected a whole number from 0 to 14; got 15")

expect.segment("peer > client: S. 0:0(0) ack 1 win 65535 <wscale 15,...>", { shows = "RFC7323-2" })
