-- Lost data are sent again, and acknowledged cumulatively. RFC 9293 3.4, 3.8.1, RFC 6298 (5.4),
-- (5.5).
--
-- Of three segments of 1000 octets the first is lost. The other two arrive: each draws a duplicate
-- ACK that says "still 1", and the server keeps their octets. Two duplicates are one short of a
-- fast retransmission, so the timer does it: 1 s after the data left (1.020) the client sends the
-- earliest segment, and only that one, again. One ACK then covers all three, 3001, and no octet is
-- delivered twice or out of order.
sim.scenario {
  title = "Lost data are sent again",
  cites = { "RFC 9293 3.4", "RFC 9293 3.8.1", "SHLD-31", "RFC6298-4", "RFC6298-13", "RFC6298-14" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = client, pattern = ". 1:1001(1000)", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv(), 3000)
  expect.near(sim.now(), 1.030, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(3000)
  sim.sleep(1.015 - sim.now())
  expect.near(conn:info().rto, 1, 1e-9)
  sim.sleep("10ms")
  expect.near(conn:info().rto, 2, 1e-9) -- doubled at 1.020
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: . 1:1001(1000) ack 1    # lost
  0.020 client > server: . 1001:2001(1000) ack 1
  0.020 client > server: P. 2001:3001(1000) ack 1
  0.030 server > client: . 1:1(0) ack 1
  0.030 server > client: . 1:1(0) ack 1
  1.020 client > server: . 1:1001(1000) ack 1
  1.030 server > client: . 1:1(0) ack 3001
]]
