-- Segments without the ACK flag, in each state. RFC 9293 3.10.7.4, fifth check.
--
-- After the handshake every segment but a RST acknowledges something; one that does not is old or forged, and
-- is dropped without a word in every state, though its number is right: text, text with PSH, a FIN.
-- None of it is delivered, none of it moves the connection.
sim.scenario {
  title = "Segments without ACK in each state",
  cites = { "RFC 9293 3.10.7.4" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

require("states").visit {
  host = host,
  peer = peer,
  with = function(at)
    for _, flags in ipairs { "-", "P", "F" } do
      at:sends(flags, 0, 5)
      at:draws_nothing()
    end
    at:sends("F")
    at:draws_nothing()
    expect.equal(at.conn.state, at.state)
    expect.equal(at.conn:info().unread, 0)
  end,
}
