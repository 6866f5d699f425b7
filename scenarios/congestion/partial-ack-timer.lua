-- NewReno and its timer: only the first partial ACK begins it anew. RFC 6582 3.2 (3).
--
-- Of ten segments the first, the third and the fifth are lost, and the fifth is lost once more when it is sent
-- again. Each round trip of recovery fills one hole: the ACK that comes at 60 ms covers two segments, the one
-- at 80 ms four. The first of these partial ACKs restarts the retransmission timer, the second does not, so
-- that the timeout comes a second after 60 ms. RFC 6582 calls it the impatient variant: with many holes a
-- timeout and slow start are faster than one hole in each round trip.
sim.scenario {
  title = "The first partial ACK restarts the retransmission timer, the second does not",
  cites = { "RFC 6582 3.2", "RFC 6298 5.3", "RFC6582-5", "RFC6582-6" },
}

local client = sim.host("client", { address = "10.0.0.1", initial_window = 10 })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, pattern = ". 1:1001(1000)", nth = 1 }
sim.drop { from = client, pattern = ". 2001:3001(1000)", nth = 1 }
sim.drop { from = client, pattern = ". 4001:5001(1000)", nth = { 1, 2 } }

server:app(function() expect.equal(server:listen(80):accept():discard(), 10000) end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send(10000)
  conn:close()
end)

expect.exchange [[
  ...
  0.040 client > server: . 1:1001(1000)
  ...
  0.050 server > client: . 1:1(0) ack 2001     # partial, the first
  0.060 client > server: . 2001:3001(1000)
  0.070 server > client: . 1:1(0) ack 4001     # partial, the second
  0.080 client > server: . 4001:5001(1000)     # in vain
  1.060 client > server: . 4001:5001(1000)     # a second after the first
  ...
]]
