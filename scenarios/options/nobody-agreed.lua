-- Options that nobody agreed on change nothing. RFC 7323 2.2, 3.2; RFC 2018 2, 4.
--
-- The server knows no option but MSS. The peer's SYN offers none either; its later segments carry a
-- window scale, a timestamp, and SACK blocks all the same. The server takes the segments as if the
-- options were not there: the window stays 1000 and is not multiplied, no timestamp is echoed or
-- missed, and a gap draws an ACK without blocks.
sim.scenario {
  title = "Options that were not agreed on",
  cites = { "RFC7323-3", "RFC7323-12", "RFC2018-2" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local server = sim.host("server", { address = "10.0.0.2", delayed_ack = false })
sim.link(peer, server, { delay = "1ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(30), 30)
  expect.equal(conn:info().snd_wnd, 1000)
  expect.equal(conn:info().timestamps, false)
  conn:abort()
end)

peer:app(function()
  peer:send("S 0:0(0) win 1000 <mss 1460>", { to = server, sport = 4000, dport = 80 })
  peer:expect("S. 0:0(0) ack 1 <mss 1460>")
  peer:send(". 1:1(0) ack 1 win 1000 <wscale 7>")
  peer:send("P. 1:11(10) ack 1 win 1000 <TS val 700 ecr 0>")
  peer:expect(". 1:1(0) ack 11 <>")
  peer:send("P. 21:31(10) ack 1 win 1000 <TS val 5 ecr 0>") -- an older value: nobody minds
  peer:expect(". 1:1(0) ack 11 <>")
  peer:send("P. 11:21(10) ack 1 win 1000 <sack 5:10>")
  peer:expect(". 1:1(0) ack 31 <>")
end)
expect.no_segment("server > peer: . <sack 21:31,...>", { shows = "RFC2018-2" })
expect.segment("server > peer: . 1:1(0) ack 31 <>", { shows = "RFC7323-12" })
