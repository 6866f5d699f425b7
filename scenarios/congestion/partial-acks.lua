-- Two losses in one window: a partial ACK brings the second back without a timeout. RFC 6582 3.2.
--
-- Of ten segments the first and the fifth are lost. Three duplicate ACKs bring the first again. Its ACK
-- covers four segments, not all that was under way when the loss was found: a partial ACK. It says that
-- the fifth is missing, so that goes at once; the sender stays in recovery and takes out of the
-- window what was acknowledged. The ACK of everything ends recovery. One cut of ssthresh, no timeout,
-- two round trips.
sim.scenario {
  title = "NewReno: a partial ACK repairs the next hole",
  cites = { "RFC 6582 3.2", "RFC6582-1", "RFC6582-2", "RFC6582-5", "RFC6582-6", "RFC6582-10" },
}

local client = sim.host("client", { address = "10.0.0.1", initial_window = 10 })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, pattern = ". 1:1001(1000)", nth = 1 }
sim.drop { from = client, pattern = ". 4001:5001(1000)", nth = 1 }

local conn
server:app(function() expect.equal(server:listen(80):accept():discard(), 12000) end)
client:app(function()
  conn = client:connect(server, 80)
  conn:send(12000)
  conn:close()
end)

expect.at("45ms", function() expect.equal(conn:info().ssthresh, 5000) end)
expect.at("65ms", function() expect.equal(conn:info().ssthresh, 5000) end) -- the second loss costs nothing more
expect.segment("0.040 client > server: . 1:1001(1000)")
expect.segment("0.050 server > client: . 1:1(0) ack 4001")
expect.segment("0.060 client > server: . 4001:5001(1000)")
expect.count("client > server: . 4001:5001(1000)", 2)
expect.segment("0.070 server > client: . 1:1(0) ack 12002") -- two round trips, FIN and all
