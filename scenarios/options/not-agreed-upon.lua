-- Options that the SYNs did not agree on mean nothing. RFC 7323 2.2, 3.2, RFC 2018 4.
--
-- The peer, played by the script, offers none on its SYN. Later segments of it bear a window scale, timestamps
-- and even blocks of SACK all the same; the server reads the text behind them and its windows as if they were
-- not there, and sends none of its own, although it would have liked to: not when a gap would be worth
-- reporting, and not on the RST that ends it.
sim.scenario {
  title = "Scale, timestamps and SACK that nobody agreed on",
  cites = { "RFC 7323 2.2", "RFC 7323 3.2", "RFC 2018 4", "RFC7323-3", "RFC7323-12", "RFC2018-2" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true, sack = true, window_scale = 7 })
sim.link(peer, server)

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(200), 200)
  local info = conn:info()
  expect.equal(info.snd_wnd, 1000) -- not 1000 << 9
  expect.equal(info.timestamps, false)
  conn:abort()
end)

peer:app(function()
  peer:send("S 0:0(0) win 1000 <mss 1460>", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1 <mss 1460>"))
  peer:send(". 1:1(0) ack 1 win 1000 <wscale 9>")
  peer:send(". 101:201(100) ack 1 win 1000 <TS val 7 ecr 7>")
  expect.truthy(peer:expect(". 1:1(0) ack 1 <>"))
  peer:send(". 1:101(100) ack 1 win 1000 <TS val 3 ecr 3,wscale 9>") -- an older time stamp: no matter
  expect.truthy(peer:expect(". 1:1(0) ack 201 <>"))
  expect.truthy(peer:expect("R 1:1(0)"))
end)

expect.no_segment("server > peer: . <sack 101:201,...>", { shows = "RFC2018-2" })
