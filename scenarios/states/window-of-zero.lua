-- A window of zero, in each state. RFC 9293 3.4, 3.10.7.4, first check.
--
-- The host's buffer holds ten octets. The peer fills it on the way to each state: ten octets, or nine and
-- its FIN, which takes the place of the tenth. Now nothing but an empty segment at RCV.NXT is
-- acceptable. That one draws nothing; an octet at RCV.NXT draws an ACK with "win 0", and nothing of it
-- is kept; but a RST there, with an octet or without, is still taken.
sim.scenario {
  title = "A window of zero in each state",
  cites = { "RFC 9293 3.4", "RFC 9293 3.10.7.4", "MUST-66", "UNL-3", "UNL-13" },
}

local host = sim.host("host", { address = "10.0.0.1", recv_buffer = 10 })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local has_peers_fin = { ["CLOSE-WAIT"] = true, ["CLOSING"] = true, ["LAST-ACK"] = true, ["TIME-WAIT"] = true }
local states = require "states"
states.visit {
  host = host,
  peer = peer,
  states = { "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT" },
  before = function(at)
    at:sends(".", 0, has_peers_fin[at.state] and 9 or 10)
    sim.sleep("250ms") -- the delayed ACK
    peer:expect(".")
  end,
  with = function(at)
    at:sends(".")
    at:draws_nothing()
    at:sends(".", 0, 1)
    at:draws((". %d:%d(0) ack %d win 0"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt))
    expect.equal(at.conn.state, at.state)
    at:sends("R", 0, 1)
    at:draws_nothing()
    expect.equal(at.conn.state, "CLOSED")
  end,
}
