-- The backlog: connections that nobody has proven yet take up room. RFC 9293 3.10.1, RFC 4987 2.
--
-- The server keeps at most two connections in SYN-RECEIVED (`backlog = 2`). Two SYNs from somebody
-- who never answers fill that; the SYN of an honest client at 0.5 s finds no room and is dropped
-- silently, as if the network had lost it, and so is its repetition. The server gives the two up
-- one RTO after the only repetition of its SYN,ACK (`synack_retries = 1`), at 3.010; the SYN of 3.5
-- s finds room. A few SYNs a second are enough to keep such a server busy with nobody: that is the
-- SYN flood. The answer that keeps nothing, SYN cookies, is not there yet.
sim.scenario {
  title = "A full backlog drops SYNs",
  cites = { "RFC 9293 3.10.1", "RFC 9293 3.8.3" },
}

local silent = sim.host("silent", { address = "10.0.0.1", tcp = false })
local client = sim.host("client", { address = "10.0.0.2" })
local server = sim.host("server", { address = "10.0.0.3", synack_retries = 1 })
sim.link(silent, server, { delay = "10ms" })
sim.link(client, server, { delay = "10ms" })

silent:app(function()
  for port = 1001, 1002 do
    silent:send("S 0:0(0)", { to = server, sport = port, dport = 80 })
  end
end)

server:app(function() server:listen(80, { backlog = 2 }):accept() end)

client:app(function()
  sim.sleep("500ms")
  expect.truthy(client:connect(server, 80))
  expect.near(sim.now(), 3.520, 1e-9)
end)

expect.exchange([[
  0.500 client > server: S 0:0(0)                # no room
  1.500 client > server: S 0:0(0)                # no room
  3.500 client > server: S 0:0(0)
  3.510 server > client: S. 0:0(0) ack 1
  3.520 client > server: . 1:1(0) ack 1
]], { between = { client, server } })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED CLOSED", { nth = 1 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED CLOSED", { nth = 2 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED", { nth = 3 })
