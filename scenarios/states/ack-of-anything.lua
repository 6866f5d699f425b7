-- Acknowledgments of what was never sent, and of what is long forgotten, in each state. RFC 9293 3.10.7.4, fifth check.
--
-- Each state twice. With RFC 5961's check (MAY-12) an ACK above SND.NXT, or more than a window below
-- SND.UNA, discards the whole segment, text and FIN too, and draws an ACK. Without it one above SND.NXT draws
-- an ACK and is dropped as well, and an old one is only a duplicate: its text is taken. In SYN-RECEIVED
-- what does not acknowledge our SYN draws a RST that bears its number.
sim.scenario {
  title = "ACKs of what was never sent, in each state",
  cites = { "RFC 9293 3.10.7.4", "RFC 5961 5", "MAY-12", "UNL-6", "UNL-20" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local states = require "states"
states.visit {
  host = host,
  peer = peer,
  with = function(at)
    local ack = (". %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt)
    at:sends(".", 0, 5, at.snd_nxt + 1)
    at:draws(ack)
    at:sends(".", 0, 5, (at.snd_una - 100000) & 0xffffffff)
    at:draws(ack)
    expect.equal(at.conn.state, at.state)
    expect.equal(at.conn:info().unread, 0)
  end,
}

local old = sim.host("old", { address = "10.0.1.1", challenge_ack = false })
local other = sim.host("other", { tcp = false, address = "10.0.1.2" })
sim.link(old, other)
states.visit {
  host = old,
  peer = other,
  with = function(at)
    at:sends(".", 0, 5, at.snd_nxt + 1)
    if at.state == "SYN-RECEIVED" then
      at:draws("R 2:2(0)")
    else
      at:draws((". %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt))
    end
    expect.equal(at.conn.state, at.state)
  end,
}
