-- The network duplicates a segment; the application never knows. RFC 9293 3.10.7.4.
--
-- The client's five octets arrive twice, 50 ms apart. The second copy lies wholly left of RCV.NXT:
-- unacceptable, therefore answered with an ACK at once and dropped. That ACK carries what the
-- delayed ACK of the first copy would have said.
sim.scenario {
  title = "Duplicated data are delivered once",
  cites = { "RFC 9293 3.10.7.4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

local rule = sim.duplicate { from = client, pattern = "P. 1:6(5)", gap = "50ms" }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "hello")
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello")
  sim.sleep("500ms")
  expect.equal(rule.hits, 1)
  conn:close()
end)

expect.count("client > server: P. 1:6(5)", 1)
expect.count("client > server: P. 1:6(5)", 2, { as = "delivered" })
expect.segment "0.080 server > client: . 1:1(0) ack 6"
