-- Segments that are not acceptable, in each state. RFC 9293 3.10.7.4, first and second check; RFC 5961 3.2.
--
-- Eight connections to a peer that the script plays, one in each state from SYN-RECEIVED on. Text that
-- was received before draws an ACK that says what is expected, whatever the state, and so does text beyond the
-- window. A RST out of the window draws nothing; one inside, but not exactly at RCV.NXT, a challenge ACK.
-- None of them moves the connection: that takes the RST at the end, which is exact.
sim.scenario {
  title = "Unacceptable segments and inexact RSTs in each state",
  cites = { "RFC 9293 3.10.7.4", "UNL-7", "UNL-18", "RFC5961-1", "RFC5961-3" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

require("states").visit {
  host = host,
  peer = peer,
  with = function(at)
    local ack = (". %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt)
    at:sends(".", -1, 1)
    at:draws(ack)
    at:sends(".", 65536, 10)
    at:draws(ack)
    at:sends("R", 70000)
    at:draws_nothing()
    at:sends("R", -1)
    at:draws_nothing()
    at:sends("R", 10)
    at:draws(ack)
    expect.equal(at.conn.state, at.state)
  end,
}
