-- SYN and FIN take one sequence number each, a bare ACK takes none. RFC 9293 3.4.
--
-- Relative numbers make it plain: the SYN is 0, so the first octet of data is 1; three octets are
-- 1 to 3; the FIN is 4 and its acknowledgment says 5. The ACKs between them all have the number of
-- the next octet to come and use it up for nobody.
sim.scenario {
  title = "SYN and FIN take one sequence number each",
  cites = { "RFC 9293 3.4", "RFC 9293 3.3.1" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "abc")
  expect.equal(conn:info().rcv_nxt, 5) -- SYN, three octets, FIN: all five have arrived
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:info().snd_nxt, 1)
  conn:send("abc")
  expect.equal(conn:info().snd_nxt, 4)
  conn:shutdown()
  expect.equal(conn:info().snd_nxt, 5)
  expect.equal(conn:recv(), nil)
  conn:close()
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: P. 1:4(3) ack 1
  0.020 client > server: F. 4:4(0) ack 1
  0.030 server > client: . 1:1(0) ack 5
  0.030 server > client: F. 1:1(0) ack 5
  0.040 client > server: . 5:5(0) ack 2
]]
