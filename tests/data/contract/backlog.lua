-- Fine print, "backlog": at most n in SYN-RECEIVED; further SYNs are dropped silently.
local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local server = sim.host("server", { address = "10.0.0.2", backlog = 2 })
sim.link(peer, server, { delay = "10ms" })

server:app(function() server:listen(80):accept() end, { daemon = true })
for port = 4001, 4005 do peer:send("S 0:0(0)", { to = server, sport = port, dport = 80 }) end
expect.count("server > peer: S.", 2, { before = "500ms" })
expect.no_segment("server > peer: R.")
