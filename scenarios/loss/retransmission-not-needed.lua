-- A retransmission that was not needed: late is not lost. RFC 9293 3.8.1, RFC 6298 3, 5.
--
-- The client's data are delayed by 1.5 s, longer than the RTO of 1 s; the timer cannot know and
-- sends them again. The repetition overtakes the original, which arrives half a second later, lies
-- left of the window, is answered with an ACK and dropped: the application reads the octets once.
-- Which of the two copies was acknowledged cannot be told, so no RTT is measured (Karn's rule):
-- srtt is still the handshake's 20 ms.
sim.scenario {
  title = "A retransmission that was not needed",
  cites = { "RFC 9293 3.8.1", "RFC 9293 3.10.7.4", "RFC6298-6" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.delay { from = client, pattern = "P. 1:6(5)", nth = 1, by = "1500ms" }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "hello")
  expect.near(sim.now(), 1.030, 1e-9)
  expect.equal(conn:recv(), nil)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello")
  sim.sleep(2 - sim.now())
  expect.near(conn:info().srtt, 0.020, 1e-9, { shows = "RFC6298-6" })
  conn:close()
end)

expect.segment("1.530 client > server: P. 1:6(5)", { as = "delivered" })
expect.segment "1.530 server > client: . 1:1(0) ack 6"
