-- A path measured by TTL: a SYN that may pass n routers dies at the next. RFC 1812 5.3.1, RFC 9293 3.9.2.2.
--
-- Between client and server stand three routers, 10 ms of link each. A SYN with TTL 1 ends at the
-- first router, which says so: the ICMP error comes back after two links' time, TTL 2 after four,
-- TTL 3 after six. "Time exceeded" is a soft error: it does not end the attempt (MUST-56), it only
-- tells why nothing comes. With TTL 4 the SYN arrives. That is how traceroute works with TCP.
sim.scenario {
  title = "TTLs that end on the way, and one that is enough",
  cites = { "RFC 1812 5.3.1", "RFC 9293 3.9.2.2", "MUST-56", "MUST-49" },
}

local topology = require "topology"
local net = topology.chain{ routers = 3, link = { delay = "10ms" } }
local client, server = net.client, net.server

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), nil)
  conn:close()
end)

client:app(function()
  for ttl = 1, 3 do
    local begun = sim.now()
    local conn = client:connect(server, 80, { ttl = ttl, wait = false })
    sim.sleep(2 * ttl * 0.010 - 1e-6)
    expect.equal(conn:info().soft_error, nil) -- the error is still on its way back
    sim.sleep("2us")
    expect.equal(conn:info().soft_error, "network unreachable")
    expect.equal(conn.state, "SYN-SENT", { shows = "MUST-56" }) -- and it goes on trying
    conn:abort()
  end
  local conn = client:connect(server, 80, { ttl = 4 })
  expect.truthy(conn)
  conn:close()
end)

expect.count("client > server: S 0:0(0)", 4)
expect.count("client > server: S 0:0(0)", 1, { as = "delivered" })
