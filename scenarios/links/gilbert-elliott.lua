-- Losses that come in bursts: Gilbert's and Elliott's channel. netem's gemodel; RFC 6582 3.2.
--
-- The link is good or bad. Good, it loses nothing; with each packet it turns bad with 5 %, and bad, it
-- loses all and turns good again with 50 %: a loss of 9 % on average, in bursts of two on average.
-- Independent losses of the same rate would mostly be single, and fast retransmission would repair them;
-- two and more in one window are what it is bad at: each partial ACK repairs one (NewReno), and a burst
-- that takes the last ones leaves the timer.
sim.scenario {
  title = "Losses in bursts",
  cites = { "RFC 6582 3.2", "RFC 9293 3.8.1", "RFC 5681 3.2" },
  seed = 3,
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, {
  delay = "20ms",
  forward = { loss = { gemodel = { p = "5%", r = "50%", one_minus_h = 1, one_minus_k = 0 } } },
})

local sent = 60 * 1000

server:app(function()
  local conn = server:listen(80, { mss = 1000 }):accept()
  expect.equal(conn:discard(), sent)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(sent)
  conn:close()
end)

-- A single loss: duplicate ACKs, and the hole is filled within a round trip.
expect.segment("0.240 client > server: . 24001:25001(1000)")
expect.segment("0.260 server > client: . 1:1(0) ack 31001")
-- Three in a row: one for each round trip.
expect.count("client > server: . 47001:48001(1000)", 2)
expect.segment("0.600 client > server: . 47001:48001(1000)")
expect.segment("0.640 client > server: . 48001:49001(1000)")
expect.segment("0.680 client > server: . 49001:50001(1000)")
