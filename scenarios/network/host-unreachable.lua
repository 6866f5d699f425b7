-- "Unreachable" is no reason to give up: a soft error, during connect and afterwards. RFC 9293 3.9.2.2, MUST-56,
-- RFC 5461 2.
--
-- For a while the far router has no way to the server but into a wall: it answers each SYN with "network
-- unreachable", or so the script says for it. The attempt goes on all the same and succeeds when the way is
-- open again. On the connection that stands, the router's "host unreachable" at 60 s changes nothing either:
-- the data that it is about are sent again and arrive. The error is kept for who asks, until something new
-- is acknowledged.
sim.scenario {
  title = "Unreachable, for now",
  cites = { "RFC 9293 3.9.2.2", "MUST-47", "MUST-54", "MUST-56", "SHLD-25", "UNL-14", "RFC 5461 2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local router = sim.router("router", { address = "10.0.0.254" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, router, { delay = "5ms" })
local far = sim.link(router, server, { delay = "5ms" })

far:down()
sim.at("2s", function() far:up() end)

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "lost once")
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80, { wait = false })
  for _ = 1, 2 do -- at 0 and 1 s
    sim.sleep("5ms")
    sim.icmp{ from = router, to = client, type = "network unreachable", about = conn }
    sim.sleep("5ms")
    expect.equal(conn:info().soft_error, "network unreachable")
    expect.equal(conn.state, "SYN-SENT", { shows = "MUST-56" })
    sim.sleep("990ms")
  end
  expect.equal(conn:wait("ESTABLISHED"), true)
  expect.near(sim.now(), 3.020, 1e-9)

  sim.sleep(60 - sim.now())
  local lost = sim.drop{ from = client, flags = "P.", count = 1 }
  conn:send("lost once")
  sim.icmp{ from = router, to = client, type = "host unreachable", about = conn }
  sim.sleep("5ms")
  expect.equal(conn.state, "ESTABLISHED", { shows = "MUST-56" })
  expect.equal(conn:info().soft_error, "network unreachable")
  expect.equal(lost.hits, 1)
  expect.equal(conn:recv(), nil) -- the data arrived after all: this is the server's FIN
  expect.equal(conn:info().soft_error, nil)
  conn:close()
end)
