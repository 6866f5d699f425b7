-- The three-way handshake. RFC 9293 3.5.
--
-- Each side chooses an initial sequence number (X = 1000 and Y = 5000 here, so that both are easy
-- to follow) and has it acknowledged: (SEQ, ACK) = (X, none), (Y, X+1), (X+1, Y+1). A SYN takes one
-- sequence number, therefore the + 1. In the timeline the client goes from CLOSED over SYN-SENT to
-- ESTABLISHED when the second segment arrives, the server from LISTEN over SYN-RECEIVED to
-- ESTABLISHED when the third does: 10 ms on the wire for each.
sim.scenario {
  title = "Three-way handshake",
  cites = { "RFC 9293 3.5", "RFC 9293 3.10.7.2", "RFC 9293 3.10.7.3" },
}

local client = sim.host("client", { address = "10.0.0.1", iss = 1000 })
local server = sim.host("server", { address = "10.0.0.2", iss = 5000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  expect.truthy(server:listen(80):accept())
  expect.near(sim.now(), 0.030, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.near(sim.now(), 0.020, 1e-9)
  expect.equal(conn:info().iss, 1000)
  expect.equal(conn:info().irs, 5000)
end)

expect.exchange([[
  0.000 client > server: S 1000:1000(0)
  0.010 server > client: S. 5000:5000(0) ack 1001
  0.020 client > server: . 1001:1001(0) ack 5001
]], { absolute = true })
expect.states(client, "CLOSED SYN-SENT ESTABLISHED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
