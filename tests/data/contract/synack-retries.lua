-- Fine print, "Giving up": after synack_retries the path ends in CLOSED and nobody is told.
local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local server = sim.host("server", { address = "10.0.0.2", synack_retries = 2 })
sim.link(peer, server, { delay = "10ms" })

server:app(function() server:listen(80):accept() end, { daemon = true })
peer:send("S 0:0(0)", { to = server, dport = 80 })
expect.exchange [[
  0.000 peer > server: S
  0.010 server > peer: S.
  1.010 server > peer: S.
  3.010 server > peer: S.
]]
expect.states(server, "CLOSED LISTEN SYN-RECEIVED CLOSED")
