-- A SYN where a connection is. RFC 9293 3.10.7.4, fourth check; RFC 5961 4; RFC 793.
--
-- Each state twice. With RFC 5961's rule a SYN, wherever its number lies, draws an ACK with the numbers
-- that are in force and changes nothing: a peer that has really restarted answers that with a RST. With
-- RFC 793's rule (challenge_ack = false) a SYN inside the window resets the connection, and an attacker needs
-- only that. (A connection that came to SYN-RECEIVED from LISTEN returns there: states/reset-in-syn-received.
-- In TIME-WAIT a SYN may open the connection anew: options/time-wait-reuse and others.)
sim.scenario {
  title = "SYN in each state, by RFC 5961 and by RFC 793",
  cites = { "RFC 9293 3.10.7.4", "RFC 5961 4", "UNL-19", "RFC5961-6", "RFC5961-7" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local states = require "states"
local list = { "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK" }
states.visit {
  host = host,
  peer = peer,
  states = list,
  with = function(at)
    local ack = (". %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt)
    at:sends("S", 10)
    at:draws(ack)
    at:sends("S", 100000)
    at:draws(ack)
    expect.equal(at.conn.state, at.state)
  end,
}

local old = sim.host("old", { address = "10.0.1.1", challenge_ack = false })
local other = sim.host("other", { tcp = false, address = "10.0.1.2" })
sim.link(old, other)
states.visit {
  host = old,
  peer = other,
  states = list,
  with = function(at)
    at:sends("S", 10)
    at:draws("R.")
    expect.equal(at.conn.state, "CLOSED")
  end,
}
