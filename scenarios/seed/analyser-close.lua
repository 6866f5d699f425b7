-- A close from a published analyser trace, octet for octet. RFC 9293 3.1, 3.6.
--
-- Four frames of a second connection: 192.94.222.123, port 2337, closes towards 192.94.222.87, port
-- 1352, 0.2 ms later its FIN is acknowledged, and almost a second later the other side closes too.
-- The trace begins where the close does; here the connection is opened before it, at 15 s, with ISS
-- one below the captured numbers, so that SND.NXT is 186685100 and 3462835714 when the FINs are
-- sent. Windows are 8760 and 28672. The TTL of 63 says that the answering host was one router away
-- with 64. Checksums to be met: 236c, d5a3, d5a2 and 236b. tests/unit/test_frames.c compares header
-- and checksum of the last four segments with the captured octets.
sim.scenario {
  title = "An analyser's close, octet for octet",
  cites = { "RFC 9293 3.1", "RFC 9293 3.6" },
}

local closer = sim.host("closer", { address = "192.94.222.123", ttl = 128, iss = 186685099, window = 8760 })
local peer = sim.host("peer", { address = "192.94.222.87", ttl = 63, iss = 3462835713, window = 28672 })
sim.link(closer, peer, { forward = { delay = "200us" }, backward = { delay = "0us" } })

closer:app(function()
  sim.sleep("15s")
  local conn = closer:connect(peer, 1352, { local_port = 2337 })
  sim.sleep(16.0279 - sim.now())
  conn:close()
end)

peer:app(function()
  local conn = peer:listen(1352):accept()
  expect.equal(conn:recv(), nil)
  sim.sleep(17.0085 - sim.now())
  conn:close()
end)

expect.exchange([[
  15.0000 closer > peer: S 186685099:186685099(0)
  15.0002 peer > closer: S. 3462835713:3462835713(0) ack 186685100
  15.0002 closer > peer: . 186685100:186685100(0) ack 3462835714
  16.0279 closer.2337 > peer.1352: F. 186685100:186685100(0) ack 3462835714 win 8760 <>
  16.0281 peer.1352 > closer.2337: . 3462835714:3462835714(0) ack 186685101 win 28672 <>
  17.0085 peer.1352 > closer.2337: F. 3462835714:3462835714(0) ack 186685101 win 28672 <>
  17.0085 closer.2337 > peer.1352: . 186685101:186685101(0) ack 3462835715 win 8760 <>
]], { absolute = true })
expect.states(closer, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(peer, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
