-- What each side announces before a connection exists. RFC 9293 3.1, 3.4.1, 3.7.1.
--
-- A host chooses its initial sequence number, its receive window and the largest segment it takes
-- before it opens, and tells all three in its SYN: SEQ, the window field, and the MSS option (kind
-- 2, length 4). The client has a buffer of 8192 octets and an Ethernet of MTU 1500, which leaves
-- 1460 octets for TCP's text; the server offers 4380 octets and says that it takes no more than
-- 1000 at a time. Look at how the client's 3000 octets leave: in pieces of 1000, and no MSS option
-- after the SYNs.
sim.scenario {
  title = "The SYN announces ISS, window and MSS",
  cites = { "RFC 9293 3.4.1", "RFC 9293 3.7.1", "MUST-14", "MUST-16", "MUST-65", "MUST-67", "SHLD-5", "MAY-3", "RFC6691-1", "RFC1122-1" },
}

local client = sim.host("client", { address = "10.0.0.1", iss = 8221822, recv_buffer = 8192 })
local server = sim.host("server", { address = "10.0.0.2", iss = 1109645, recv_buffer = 4380, mss = 1000 })
sim.link(client, server, { delay = "10ms", mtu = 1500 })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(3000), 3000)
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:info().snd_wnd, 4380)
  expect.equal(conn:info().rcv_wnd, 8192)
  expect.equal(conn:info().mss, 1000)
  conn:send(3000)
end)

expect.exchange([[
  0.000 client > server: S 8221822:8221822(0) win 8192 <mss 1460>
  0.010 server > client: S. 1109645:1109645(0) ack 8221823 win 4380 <mss 1000>
  0.020 client > server: . 8221823:8221823(0) ack 1109646 win 8192 <>
  0.020 client > server: . 8221823:8222823(1000) ack 1109646 win 8192 <>
  0.020 client > server: . 8222823:8223823(1000) ack 1109646 win 8192 <>
  0.020 client > server: P. 8223823:8224823(1000) ack 1109646 win 8192 <>
  ...
]], { absolute = true })
expect.no_segment("client > server: . <mss 1460,...>", { shows = "MUST-65" })
