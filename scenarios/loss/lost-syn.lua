-- A lost SYN is sent again. RFC 9293 3.8.1, RFC 6298 (2.1), (5.5), (5.7).
--
-- Without any measurement the RTO is 1 s, so the second SYN leaves at 1.000, with the same sequence
-- number; nothing else happens, since the server knows of nobody. The client cannot tell which SYN
-- was answered and takes no RTT sample from the pair (Karn); and since a SYN had to be repeated,
-- the RTO is 3 s when data begin.
sim.scenario {
  title = "A lost SYN is sent again",
  cites = { "RFC 9293 3.8.1", "RFC8961-4", "MUST-18", "RFC6298-1", "RFC6298-6", "RFC6298-15" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = client, flags = "S", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "hello")
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.near(sim.now(), 1.020, 1e-9)
  expect.equal(conn:info().rto, 3, { shows = "RFC6298-6" })
  conn:send("hello")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)                # lost
  1.000 client > server: S 0:0(0)
  1.010 server > client: S. 0:0(0) ack 1
  1.020 client > server: . 1:1(0) ack 1
  1.020 client > server: P. 1:6(5) ack 1
  1.230 server > client: . 1:1(0) ack 6
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
