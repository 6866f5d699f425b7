-- What runs out when the peer falls silent, in each state that still has something to say. RFC 9293 3.8.3, 3.10.8.
--
-- The host has sent a hundred octets, or its FIN, and the peer, played by the script, never answers. Data
-- and FIN are repeated in FIN-WAIT-1, CLOSE-WAIT, CLOSING and LAST-ACK as in ESTABLISHED: after three repetitions
-- (R1) the path may be bad, after `retries` (R2) the connection is given up, "timed out", without a word
-- to the peer. With a user timeout of five seconds it is over at that very instant.
sim.scenario {
  title = "Retransmission and user timeouts in each state",
  cites = { "RFC 9293 3.8.3", "RFC 9293 3.10.8", "MUST-20", "MUST-21", "UNL-11", "UNL-23" },
}

local states = require "states"
local list = { "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "CLOSE-WAIT", "CLOSING", "LAST-ACK" }

local function each(number, options, after, told)
  options.address = "10.0." .. number .. ".1"
  local host = sim.host("host" .. number, options)
  local peer = sim.host("peer" .. number, { tcp = false, address = "10.0." .. number .. ".2" })
  sim.link(host, peer)
  states.visit {
    host = host,
    peer = peer,
    states = list,
    with = function(at)
      local begun = sim.now()
      if at.state == "ESTABLISHED" or at.state == "CLOSE-WAIT" then at.conn:send(100) end
      expect.truthy(at.conn:wait("CLOSED", "10min"))
      expect.near(sim.now() - begun, after, 0.01)
      expect.equal(select(2, at.conn:send(1)), told)
    end,
  }
end

-- 1 + 2 + 4 + 8 + 16 s: four repetitions, then the last wait.
each(1, { retries = 4, synack_retries = 4 }, 31, "timed out")
each(2, { user_timeout = "5s" }, 5, "connection aborted due to user timeout")
