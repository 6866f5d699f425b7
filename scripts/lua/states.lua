-- states.lua - brings a connection into each state of RFC 9293's figure 5, one after the other, against
-- a peer that the script plays, and lets a function do something there.
--
--     local states = require "states"
--     states.visit {
--       host = host, peer = peer,       -- the connection is host's; peer has tcp = false
--       states = states.synchronized,   -- which; or a list of names
--       options = { … },                -- as for host:connect
--       before = function(at) … end,    -- when it is established (or would be), on the way to the state
--       with = function(at) … end,      -- when it is there
--     }
--
-- It runs for itself, from time 0; each connection has a port of its own and is reset after `with`. The
-- functions may block. What they get:
--
--     at.state  at.conn  at.port        the state's name, the connection, its local port
--     at.rcv_nxt  at.snd_nxt  at.snd_una    the host's numbers, relative: what the peer's next segment
--                                       should say, and what it may acknowledge
--     at.withholds                      true while the peer acknowledges nothing new: from the host's FIN
--                                       on, until it is to be acknowledged; `before` may set it
--     at:segment(flags, offset, len, ack)   a segment of the peer's that begins `offset` octets from
--                                       RCV.NXT (0), with `len` octets (0), that acknowledges `ack`
--                                       (SND.NXT, but in FIN-WAIT-1, CLOSING and LAST-ACK SND.UNA)
--     at:sends(flags, offset, len, ack) the peer sends it
--     at:draws(pattern)                 the host answers at once with that and nothing else
--     at:draws_nothing()
local states = {}

states.synchronized = {
  "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

local At = {}
At.__index = At

function At:segment(flags, offset, len, ack)
  local seq = self.rcv_nxt + (offset or 0)
  local octets = seq + (len or 0)
  local text = ("%s %d:%d(%d)"):format(flags, seq, octets, len or 0)
  if flags:find(".", 1, true) then text = text .. " ack " .. (ack or self.acks) end
  return text .. " win 65535"
end

function At:sends(flags, offset, len, ack)
  self.peer:send(self:segment(flags, offset, len, ack), { to = self.host, sport = 80, dport = self.port })
end

function At:draws(pattern)
  expect.truthy(self.peer:expect(pattern, { within = "1ms", next = true }))
  self:draws_nothing()
end

function At:draws_nothing() expect.truthy(self.peer:expect_nothing("1ms")) end

-- The numbers that now hold.
function At:look()
  local info = self.conn:info()
  self.rcv_nxt, self.snd_nxt, self.snd_una = info.rcv_nxt, info.snd_nxt, info.snd_una
  self.acks = self.withholds and self.snd_una or self.snd_nxt
end

local function comes(at, pattern) expect.truthy(at.peer:expect(pattern, { within = "1s" })) end

-- What is done on the way: the host's FIN, acknowledged or not, and the peer's, in the order of the list.
local ways = {
  ["ESTABLISHED"] = {},
  ["FIN-WAIT-1"] = { "close" },
  ["FIN-WAIT-2"] = { "close", "ack" },
  ["CLOSE-WAIT"] = { "fin" },
  ["CLOSING"] = { "close", "fin" },
  ["LAST-ACK"] = { "fin", "close" },
  ["TIME-WAIT"] = { "close", "ack", "fin" },
}
local steps = {
  close = function(at)
    at.conn:shutdown()
    comes(at, "F.")
    at.withholds = true
  end,
  ack = function(at)
    at.withholds = false
    at:look()
    at:sends(".")
    sim.sleep("1ms")
  end,
  fin = function(at)
    at:sends("F.")
    comes(at, ".")
  end,
}

local function go(at, options, before)
  at.conn = at.host:connect(at.peer, 80, options)
  comes(at, "S 0:0(0)")
  if at.state == "SYN-SENT" then return end
  local flow = { to = at.host, sport = 80, dport = at.port }
  if at.state == "SYN-RECEIVED" then -- both have opened: the SYNs cross
    at.peer:send("S 0:0(0) win 65535", flow)
    comes(at, "S. 0:0(0) ack 1")
    at:look()
    if before then before(at) end
    return
  end
  at.peer:send("S. 0:0(0) ack 1 win 65535", flow)
  comes(at, ". 1:1(0) ack 1")
  at:look()
  if before then
    before(at)
    at:look()
  end
  for _, step in ipairs(ways[at.state]) do
    steps[step](at)
    at:look()
  end
end

function states.visit(plan)
  plan.peer:app(function()
    for i, name in ipairs(plan.states or states.synchronized) do
      local options = { local_port = 5000 + i, wait = false }
      for key, value in pairs(plan.options or {}) do options[key] = value end
      local at = setmetatable({ state = name, host = plan.host, peer = plan.peer, port = options.local_port }, At)
      go(at, options, plan.before)
      expect.equal(at.conn.state, name)
      plan.with(at)
      if at.conn.state ~= "CLOSED" then
        if at.conn.state == "SYN-SENT" then
          at.conn:abort() -- which sends nothing: there is nobody yet
        else
          at:look()
          at:sends("R")
        end
        sim.sleep("1ms")
        expect.equal(at.conn.state, "CLOSED")
      end
      sim.sleep("10ms")
    end
  end)
end

return states
