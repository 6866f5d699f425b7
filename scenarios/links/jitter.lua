-- Jitter: each packet has a delay of its own, and so packets overtake each other. netem; RFC 5681 3.2.
--
-- Thirty full segments go over a link whose delay is 30 ms give or take 25, uniformly. The handshake only
-- takes longer or shorter. Of the segments sent at one instant nearly none arrive in order: look at the
-- duplicate ACKs, and at segments that are sent again though nothing was lost, because three duplicate ACKs
-- came before the late one. The stream that the application reads is whole. The RTT samples differ, so
-- RTTVAR, and with it the RTO, stays large.
sim.scenario {
  title = "Jitter reorders what is sent together",
  cites = { "RFC 5681 3.2", "RFC 6298 2" },
  seed = 4,
}

local client = sim.host("client", { address = "10.0.0.1", rto_min = "1ms" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "30ms", jitter = "25ms" })

local sent = 30 * 1460

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(), sent)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(sent)
  conn:close()
end)

expect.segment("0.005~0.055 server > client: S. 0:0(0) ack 1")
-- The segment behind came first: acknowledged up to the one that is missing, three times and more.
expect.segment("0.287760 server > client: . 1:1(0) ack 21901")
-- Sent again, though it was only late: both copies arrive.
expect.count("client > server: . 21901:23361(1460)", 2)
expect.count("client > server: . 21901:23361(1460)", 2, { as = "delivered" })
