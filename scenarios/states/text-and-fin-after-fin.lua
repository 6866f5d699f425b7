-- Text, URG and FIN where the peer has already closed, and where we have. RFC 9293 3.10.7.4, sixth to eighth check.
--
-- In ESTABLISHED, FIN-WAIT-1 and FIN-WAIT-2 text is taken, urgent or not: we have closed our direction
-- only. After the peer's FIN nothing can follow: text at RCV.NXT is ignored, so is its urgent pointer,
-- and a second FIN, even at a number of its own, moves nothing. The FIN repeated at its old number is
-- acknowledged again, since our ACK may have been lost.
sim.scenario {
  title = "Text, URG and FIN after a FIN, in each state",
  cites = { "RFC 9293 3.10.7.4", "UNL-7" },
}

local host = sim.host("host", { address = "10.0.0.1", delayed_ack = false })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local takes_text = { ["ESTABLISHED"] = true, ["FIN-WAIT-1"] = true, ["FIN-WAIT-2"] = true }
require("states").visit {
  host = host,
  peer = peer,
  states = { "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT" },
  with = function(at)
    local function acked(n) return (". %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, n) end
    peer:send(at:segment("U.", 0, 5):gsub("win 65535", "win 65535 urg 4"), { to = host, sport = 80, dport = at.port })
    if takes_text[at.state] then
      at:draws(acked(at.rcv_nxt + 5))
      expect.equal(#at.conn:recv(), 5)
      at:sends(".", 5, 5)
      at:draws(acked(at.rcv_nxt + 10))
      expect.equal(#at.conn:recv(), 5)
    else
      at:draws_nothing()
      at:sends("F.") -- at a number of its own
      at:draws_nothing()
      expect.equal(at.conn:info().rcv_nxt, at.rcv_nxt)
      at:sends("F.", -1) -- the one that it had sent
      at:draws(acked(at.rcv_nxt))
      expect.equal(at.conn:info().unread, 0)
    end
    expect.equal(at.conn.state, at.state)
  end,
}
