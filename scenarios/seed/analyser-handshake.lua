-- A handshake from a published analyser trace, octet for octet. RFC 9293 3.1, 3.5.
--
-- Three captured frames: 131.107.2.214, port 1037, opens a connection to 131.107.2.211, port 139.
-- All that the segments carry is set here: addresses and ports (the checksum covers them), both
-- initial sequence numbers, the windows (8192 on the opener's SYN, 8760 in all else) and the TTL of
-- 128; an MSS of 1460 is what a link of MTU 1500 gives. The TCP checksums then must come out as
-- captured: f213, 012d and 18ea. The trace's times are met by delays: 0.1 ms to the server, 708.4
-- ms back. tests/unit/test_frames.c compares header, options and checksum with the captured octets.
sim.scenario {
  title = "An analyser's handshake, octet for octet",
  cites = { "RFC 9293 3.1", "RFC 9293 3.5", "MUST-14" },
}

local opener = sim.host("opener", {
  address = "131.107.2.214", ttl = 128, iss = 8221822, syn_window = 8192, window = 8760,
})
local server = sim.host("server", {
  address = "131.107.2.211", ttl = 128, iss = 1109645, syn_window = 8760, window = 8760,
})
sim.link(opener, server, { forward = { delay = "100us" }, backward = { delay = "708.4ms" } })

server:app(function() expect.truthy(server:listen(139):accept()) end)
opener:app(function()
  sim.sleep("2.0785s")
  expect.truthy(opener:connect(server, 139, { local_port = 1037 }))
end)

expect.exchange([[
  2.0785 opener.1037 > server.139: S 8221822:8221822(0) win 8192 <mss 1460>
  2.0786 server.139 > opener.1037: S. 1109645:1109645(0) ack 8221823 win 8760 <mss 1460>
  2.7870 opener.1037 > server.139: . 8221823:8221823(0) ack 1109646 win 8760 <>
]], { absolute = true })
expect.states(opener, "CLOSED SYN-SENT ESTABLISHED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
