-- Three duplicate ACKs do what the timer would do a second later. RFC 5681 3.2.
--
-- The second of six segments is lost. The four behind it draw an ACK each: the first acknowledges
-- the first segment (1001), the other three say nothing new, "still 1001". The third of these
-- duplicates means that the segment is missing and not merely late: the client sends it again at
-- 0.040, one round trip after it was lost and long before the timer's 1 s. Compare
-- lost-twice.lua, where too little follows the loss.
sim.scenario {
  title = "Fast retransmission after three duplicate ACKs",
  cites = { "RFC 9293 3.8.2", "RFC5681-13", "RFC5681-14" },
}

local client = sim.host("client", { address = "10.0.0.1", initial_window = 6 })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = client, pattern = ". 1001:2001(1000)", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv_all(6000), 6000)
  expect.near(sim.now(), 0.050, 1e-9)
end)

client:app(function()
  client:connect(server, 80):send(6000)
end)

expect.exchange [[
  ...
  0.030 server > client: . 1:1(0) ack 1001 win 64535
  0.030 server > client: . 1:1(0) ack 1001 win 64535 # the first duplicate
  0.030 server > client: . 1:1(0) ack 1001 win 64535
  0.030 server > client: . 1:1(0) ack 1001 win 64535 # the third
  0.040 client > server: . 1001:2001(1000) ack 1
  0.050 server > client: . 1:1(0) ack 6001
]]
