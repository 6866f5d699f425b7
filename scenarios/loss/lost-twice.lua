-- The second data segment is lost twice. RFC 9293 3.8.1, RFC 6298 (5.3) to (5.6).
--
-- Of three segments of 1000 octets the second is lost, and so is its first repetition. The first
-- and the third arrive and draw one ACK, 1001: nothing that would ask for a fast retransmission, so
-- the timer must do it. That ACK comes at 0.040 and starts the timer anew (5.3): first repetition
-- at 1.040. Its loss doubles the RTO: second repetition 2 s later, at 3.040. One ACK then covers
-- all three, and the application has its 3000 octets at 3.050.
sim.scenario {
  title = "The second data segment is lost twice",
  cites = { "RFC 9293 3.8.1", "SHLD-31", "RFC6298-4", "RFC6298-12", "RFC6298-13", "RFC6298-14" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })

-- Named by its place in the stream, so that the repetitions match too; `count` ends the rule.
sim.drop { from = client, pattern = ". 1001:2001(1000)", count = 2 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv_all(3000), 3000)
  expect.near(sim.now(), 3.050, 1e-9)
end)

client:app(function()
  client:connect(server, 80):send(3000)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: . 1:1001(1000) ack 1
  0.020 client > server: . 1001:2001(1000) ack 1    # lost
  0.020 client > server: P. 2001:3001(1000) ack 1
  0.030 server > client: . 1:1(0) ack 1001
  1.040 client > server: . 1001:2001(1000) ack 1    # lost again
  3.040 client > server: . 1001:2001(1000) ack 1
  3.050 server > client: . 1:1(0) ack 3001
]]
expect.count("client > server: . 1001:2001(1000)", 3)
