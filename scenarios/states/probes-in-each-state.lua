-- Probes of a closed window, and of a silent peer, in each state. RFC 9293 3.8.4, 3.8.6.1.
--
-- The window is closed while data, or a FIN behind them, wait: in ESTABLISHED and CLOSE-WAIT, and, where CLOSE came first,
-- in FIN-WAIT-1, CLOSING and LAST-ACK, one octet goes out each time the persist timer runs, and
-- nobody gives up as long as the peer answers. Keepalive runs where nothing is outstanding, in ESTABLISHED,
-- CLOSE-WAIT and FIN-WAIT-2: one unanswered probe is not taken for the end, three are.
sim.scenario {
  title = "Persist and keepalive probes in each state",
  cites = { "RFC 9293 3.8.4", "RFC 9293 3.8.6.1", "MUST-29", "MUST-36", "MUST-37" },
}

local states = require "states"

local function pair(number, options)
  options.address = "10.0." .. number .. ".1"
  local host = sim.host("host" .. number, options)
  local peer = sim.host("peer" .. number, { tcp = false, address = "10.0." .. number .. ".2" })
  sim.link(host, peer)
  return host, peer
end

-- The peer sends these flags with a window of 0; `seq` and `ack` as they stand.
local function closes_window(peer, flags, seq, ack)
  peer:send(("%s %d:%d(0) ack %d win 0"):format(flags, seq, seq, ack))
  sim.sleep("1ms")
end

local host, peer = pair(1, {})
states.visit {
  host = host,
  peer = peer,
  states = { "ESTABLISHED", "CLOSE-WAIT" },
  with = function(at)
    closes_window(peer, ".", at.rcv_nxt, at.snd_nxt)
    at.conn:send(100)
    at.conn:shutdown()
    local probe = ". %d:%d(1) ack %d"
    for _ = 1, 3 do
      expect.truthy(peer:expect(probe:format(at.snd_nxt, at.snd_nxt + 1, at.rcv_nxt), { within = "10s" }))
      closes_window(peer, ".", at.rcv_nxt, at.snd_nxt)
    end
    if at.state == "ESTABLISHED" then -- the peer closes as well, and its window stays closed
      expect.equal(at.conn.state, "FIN-WAIT-1")
      closes_window(peer, "F.", at.rcv_nxt, at.snd_nxt)
      expect.equal(at.conn.state, "CLOSING")
      expect.truthy(peer:expect(probe:format(at.snd_nxt, at.snd_nxt + 1, at.rcv_nxt + 1), { within = "30s" }))
    end
  end,
}

-- Nothing but the FIN waits: then the FIN is the octet that probes.
local closer, other = pair(2, {})
states.visit {
  host = closer,
  peer = other,
  states = { "ESTABLISHED", "CLOSE-WAIT" },
  with = function(at)
    closes_window(other, ".", at.rcv_nxt, at.snd_nxt)
    at.conn:shutdown()
    local fin = ("F. %d:%d(0) ack %d"):format(at.snd_nxt, at.snd_nxt, at.rcv_nxt)
    for _ = 1, 3 do
      expect.truthy(other:expect(fin, { within = "10s" }))
      closes_window(other, ".", at.rcv_nxt, at.snd_nxt)
    end
    expect.equal(at.conn.state, at.state == "ESTABLISHED" and "FIN-WAIT-1" or "LAST-ACK")
  end,
}

local keeper, silent = pair(3, { keepalive = { idle = "10s", interval = "1s", count = 3 } })
states.visit {
  host = keeper,
  peer = silent,
  states = { "ESTABLISHED", "CLOSE-WAIT", "FIN-WAIT-2" },
  with = function(at)
    local probe = (". %d:%d(0) ack %d"):format(at.snd_nxt - 1, at.snd_nxt - 1, at.rcv_nxt)
    expect.truthy(silent:expect_nothing("9.99s"))
    expect.truthy(silent:expect(probe))
    at:sends(".") -- it lives
    expect.truthy(silent:expect_nothing("9.99s"))
    for _ = 1, 3 do expect.truthy(silent:expect(probe), { shows = "MUST-29" }) end
    expect.equal(at.conn.state, at.state)
    sim.sleep("1s")
    expect.equal(at.conn.state, "CLOSED")
  end,
}
