-- Data that come ahead of the handshake and of other data are kept. RFC 9293 3.4, 3.10.7.4.
--
-- The handshake's third segment and the first piece of data are both lost; the second piece gets
-- through to a server in SYN-RECEIVED. Its ACK completes the handshake, so `accept` returns, but
-- there is nothing to read yet: octets 1001 to 1500 wait for 1 to 1000, and the server's duplicate
-- ACK says "still 1". One RTO after the loss (1 s, the least that RFC 6298 allows) the client sends
-- the first piece again; the server has both, acknowledges all 1500 octets and delivers them
-- together.
sim.scenario {
  title = "Data ahead of a lost ACK and a lost piece are kept",
  cites = { "RFC 9293 3.4", "RFC 9293 3.10.7.4", "SHLD-31", "MAY-13", "RFC6298-4" },
}

local client = sim.host("client", { address = "10.0.0.1", nagle = false })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = client, pattern = ". 1:1(0) ack 1", nth = 1 }
sim.drop { from = client, pattern = ". 1:1001(1000) ack 1", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.near(sim.now(), 0.030, 1e-9)
  expect.equal(#conn:recv(), 1500)
  expect.near(sim.now(), 1.030, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(1500)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1            # lost
  0.020 client > server: . 1:1001(1000) ack 1      # lost
  0.020 client > server: P. 1001:1501(500) ack 1
  0.030 server > client: . 1:1(0) ack 1
  1.020 client > server: . 1:1001(1000) ack 1
  1.030 server > client: . 1:1(0) ack 1501
]]
