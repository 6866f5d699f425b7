-- OPEN, SEND, RECEIVE, CLOSE and STATUS in each state. RFC 9293 3.10.1 to 3.10.4, 3.10.6.
--
-- What a user gets who calls at the wrong time. OPEN on a pair of sockets in use is refused in every
-- state. SEND is taken while our direction is open, and queued before the handshake is complete; after
-- our CLOSE it is an error. RECEIVE waits where text can still come; after the peer's FIN it tells the end
-- of the stream. CLOSE is queued behind what is to be sent, and a second one is an error. STATUS can
-- be asked always.
sim.scenario {
  title = "The user calls in each state",
  cites = { "RFC 9293 3.10.1", "RFC 9293 3.10.2", "RFC 9293 3.10.3", "RFC 9293 3.10.4", "RFC 9293 3.10.6", "UNL-22" },
}

local host = sim.host("host", { address = "10.0.0.1", send_buffer = 1000 })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

-- `send`: SEND is taken; `receive`: text can still come; `close`: where the first CLOSE leads.
local sends = { send = true, receive = true }
local expected = {
  ["SYN-RECEIVED"] = sends, ["ESTABLISHED"] = sends,
  ["FIN-WAIT-1"] = { receive = true }, ["FIN-WAIT-2"] = { receive = true },
  ["CLOSE-WAIT"] = { send = true }, ["CLOSING"] = {}, ["LAST-ACK"] = {}, ["TIME-WAIT"] = {},
}

require("states").visit {
  host = host,
  peer = peer,
  states = {
    "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK",
    "TIME-WAIT",
  },
  with = function(at)
    local conn, want = at.conn, expected[at.state]
    local again, err = host:connect(peer, 80, { local_port = at.port })
    expect.equal(again, nil)
    expect.equal(err, "connection already exists")

    expect.equal(conn:info().state, at.state)

    local taken
    taken, err = conn:send(100, { wait = false })
    expect.equal(taken, want.send and 100 or nil)
    expect.equal(err, not want.send and "connection closing" or nil)
    if want.send then -- more than the buffer holds
      expect.equal(conn:send(2000, { wait = false }), 900)
    end

    local text
    if not want.receive then
      text, err = conn:recv()
      expect.equal(text, nil)
      expect.equal(err, nil) -- the end of the stream
    end

    local closed
    closed, err = conn:shutdown()
    if want.send then
      expect.truthy(closed)
      closed, err = conn:shutdown()
    end
    expect.equal(closed, nil)
    expect.equal(err, "connection closing")
    sim.sleep("1ms")
    conn:abort()
    sim.sleep("1ms")
    expect.equal(conn.state, "CLOSED")
  end,
}
