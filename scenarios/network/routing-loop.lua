-- Two routers that send a packet to each other: it goes round until its TTL is used up. RFC 1812 5.3.1.
--
-- For a while `west` has a wrong route to the server: back to `east`. The client's SYN passes the two
-- 63 times, one TTL less each time, and dies after 0.63 s; the router that finds TTL 1 tells the client,
-- for whom that is a soft error. At 2 s the route is mended, and the SYN that is sent again at 3 s
-- arrives. TCP has not given up: nothing that a network tells of its routes is final (MUST-56).
sim.scenario {
  title = "A loop between two routers, and its end",
  cites = { "RFC 1812 5.3.1", "RFC 9293 3.9.2.2", "MUST-56" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local east = sim.router("east")
local west = sim.router("west")
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, east, { delay = "1ms" })
sim.link(east, west, { delay = "10ms" })
local last = sim.link(west, server, { delay = "1ms" })

west:route(server, east)
sim.at("2s", function() west:route(server, last) end)

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "at last")
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.near(sim.now(), 3.024, 1e-9, { shows = "MUST-56" })
  conn:send("at last")
  conn:close()
end)

-- What went round is lost, the rest is not.
expect.count("client > server: S 0:0(0)", 3)
expect.count("client > server: S 0:0(0)", 1, { as = "delivered" })
