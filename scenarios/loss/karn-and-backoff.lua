-- How long to wait before repeating: samples, doubling, and no sample from what was repeated. RFC 6298, RFC 9293 3.8.1.
--
-- The path takes 100 ms there and back, so the handshake gives SRTT = 100 ms, RTTVAR = 50 ms, and an
-- RTO of 300 ms (rto_min is set low enough to see it). A segment is lost three times: it goes again
-- after 0.3, 0.6 and 1.2 s. Its ACK, when it comes, could belong to any of the four copies, so it gives
-- no sample, and the RTO stays at what the last doubling made it, 2.4 s; the next segment, sent once,
-- gives one, and the RTO is back at SRTT + 4 RTTVAR.
sim.scenario {
  title = "RTO: Karn's algorithm and the doubling",
  cites = {
    "RFC8961-3", "RFC6298-7", "RFC8961-8", "RFC 6298", "RFC 9293 3.8.1", "MUST-18", "RFC6298-2", "RFC6298-3", "RFC6298-14", "RFC6298-16",
  },
}

local client = sim.host("client", { address = "10.0.0.1", rto_min = "100ms" })
local server = sim.host("server", { address = "10.0.0.2", delayed_ack = false })
sim.link(client, server, { delay = "50ms" })
sim.drop { from = client, pattern = "P. 1:101(100)", nth = { 1, 2, 3 } }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(), 200)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  local info = conn:info()
  expect.near(info.srtt, 0.1, 1e-9)
  expect.near(info.rttvar, 0.05, 1e-9)
  expect.near(info.rto, 0.3, 1e-9)

  conn:send(100)
  sim.sleep("2.5s")
  info = conn:info()
  expect.equal(info.snd_una, 101)
  expect.near(info.srtt, 0.1, 1e-9) -- no sample
  expect.near(info.rto, 2.4, 1e-9) -- and still backed off

  conn:send(100)
  sim.sleep("1s")
  info = conn:info() -- RTTVAR = 3/4 of 50 ms, SRTT as it was
  expect.near(info.rto, 0.25, 1e-9)
  conn:close()
end)

expect.exchange [[
  ...
  0.100 client > server: P. 1:101(100) ack 1
  0.400 client > server: P. 1:101(100) ack 1
  1.000 client > server: P. 1:101(100) ack 1
  2.200 client > server: P. 1:101(100) ack 1
  2.250 server > client: . 1:1(0) ack 101
  2.600 client > server: P. 101:201(100) ack 1
  ...
]]
