-- Data on a SYN, sent again and delivered once. RFC 9293 3.4, 3.10.7.3.
--
-- Here both ends are TCPs. The SYN,ACK acknowledges only the SYN, so the client cannot know whether
-- the server kept the five octets, and repeats them with the third segment. The server did keep
-- them: it trims the repetition to nothing, delivers the octets once and acknowledges them (ack 6,
-- not 11).
sim.scenario {
  title = "Data on a SYN, sent again and delivered once",
  cites = { "RFC 9293 3.4", "RFC 9293 3.10.7.3", "RFC 9293 3.10.7.4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "early")
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80, { data = "early" })
  sim.sleep("80ms")
  expect.equal(conn:info().snd_una, 6)
  conn:close()
end)

expect.exchange [[
  0.000 client > server: SP 0:5(5)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: P. 1:6(5) ack 1
  0.030 server > client: . 1:1(0) ack 6
  0.100 client > server: F. 6:6(0) ack 1
  0.110 server > client: . 1:1(0) ack 7
  0.110 server > client: F. 1:1(0) ack 7
  0.120 client > server: . 7:7(0) ack 2
]]
