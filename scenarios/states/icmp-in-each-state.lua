-- ICMP errors in each state: source quench, soft, hard, and hard ones that are only reported. RFC 9293 3.9.2.2.
--
-- Four hosts, each with a connection in every state from SYN-SENT on. A source quench does nothing. A soft error
-- (host unreachable) is told to the user and does nothing else. A hard one (port unreachable) ends the
-- connection, unless the host is told to believe it only while a connection opens (icmp_hard =
-- "report"), as kernels do: whoever can guess four numbers could otherwise close any connection.
sim.scenario {
  title = "ICMP errors in each state",
  cites = { "RFC 9293 3.9.2.2", "MUST-47", "MUST-54", "MUST-55", "MUST-56", "SHLD-25", "SHLD-26", "UNL-26" },
}

local states = require "states"
local list = { "SYN-SENT", table.unpack(states.synchronized) }

local function each(number, options, kind, with)
  options.address = "10.0." .. number .. ".1"
  local host = sim.host("host" .. number, options)
  local peer = sim.host("peer" .. number, { tcp = false, address = "10.0." .. number .. ".2" })
  sim.link(host, peer)
  states.visit {
    host = host,
    peer = peer,
    states = list,
    with = function(at)
      sim.icmp { from = peer, to = host, type = kind, about = at.conn }
      sim.sleep("1ms")
      with(at, at.conn)
    end,
  }
end

each(1, {}, "source quench", function(at, conn)
  expect.equal(conn.state, at.state)
  expect.equal(conn:info().soft_error, nil)
end)
each(2, {}, "host unreachable", function(at, conn)
  expect.equal(conn.state, at.state, { shows = "MUST-56" })
  expect.equal(conn:info().soft_error, "network unreachable")
end)
each(3, {}, "port unreachable", function(_, conn) expect.equal(conn.state, "CLOSED") end)
each(4, { icmp_hard = "report" }, "port unreachable", function(at, conn)
  local opens = at.state == "SYN-SENT" or at.state == "SYN-RECEIVED"
  expect.equal(conn.state, opens and "CLOSED" or at.state)
end)
