-- How old an ACK may be: RFC 5961 5.2, to the octet.
--
-- A segment of text counts only if its ACK field is one that the peer may have sent lately: from SND.UNA less the
-- largest window that it ever offered, to SND.NXT. The peer offers 1000 octets, and has acknowledged 2000 of the
-- host's 3000: so 1001 and 3001 are the ends of the range. An attacker who cannot see the connection has to hit it,
-- besides the window. The peer's own late segments lie in it: however long one was under way, no more than a
-- window had left in between. The text of those that lie outside is not taken, and a challenge ACK answers.
sim.scenario {
  title = "The range in which an ACK is plausible",
  cites = { "RFC 5961 5.2", "UNL-20", "MAY-12", "RFC5961-9", "RFC5961-11" },
  allow = "unfinished",
}

local host = sim.host("host", { address = "10.0.0.1", delayed_ack = false, initial_window = 1 })
local peer = sim.host("peer", { address = "10.0.0.2", tcp = false })
sim.link(host, peer, { delay = "1ms" })

host:app(function()
  local conn = host:connect(peer, 80)
  conn:send(3000)
  expect.equal(conn:recv_all(4), "okok")
  expect.equal(conn:info().rcv_nxt, 5)
end)

peer:app(function()
  peer:expect("S 0:0(0)")
  peer:send("S. 0:0(0) ack 1 win 1000 <mss 1000>")
  peer:expect(". 1:1001(1000)")
  peer:send(". 1:1(0) ack 1001 win 1000")
  peer:expect(". 1001:2001(1000)")
  peer:send(". 1:1(0) ack 2001 win 1000")
  peer:expect("P. 2001:3001(1000)")
  peer:send("P. 1:3(2) ack 1000 win 1000", { payload = "no" }) -- one too old
  peer:expect(". 3001:3001(0) ack 1")
  peer:send("P. 1:3(2) ack 3002 win 1000", { payload = "no" }) -- of what was never sent
  peer:expect(". 3001:3001(0) ack 1")
  peer:send("P. 1:3(2) ack 1001 win 1000", { payload = "ok" }) -- the oldest
  peer:expect(". 3001:3001(0) ack 3")
  peer:send("P. 3:5(2) ack 3001 win 1000", { payload = "ok" }) -- the newest
  peer:expect(". 3001:3001(0) ack 5")
end)
