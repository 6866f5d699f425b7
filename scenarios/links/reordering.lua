-- Every fifth packet goes ahead of the others. netem's reorder with a gap; RFC 5681 3.2, RFC 9293 3.10.7.4.
--
-- `gap = 5` with certainty: four packets take the delay of 20 ms, the fifth none, whatever it is. Of what
-- the client sends at 0.040 these are the third and the eighth segment of data and the FIN: they arrive at
-- that very instant, 20 ms before the others, and each is answered with a duplicate ACK at once. Three
-- duplicate ACKs mean a loss to TCP (RFC 5681 3.2): it sends the first segment again, though nothing was
-- lost.
sim.scenario {
  title = "Every fifth packet goes ahead",
  cites = { "RFC 5681 3.2", "RFC 9293 3.10.7.4", "SHLD-31" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "20ms", forward = { reorder = { probability = 1, gap = 5 } } })

server:app(function()
  local conn = server:listen(80, { mss = 1000 }):accept()
  expect.equal(conn:discard(), 12 * 1000)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80, { initial_window = 12 })
  conn:send(12 * 1000)
  conn:close()
end)

expect.count("0.040 client > server: . 2001:3001(1000)", 1, { as = "delivered" })
expect.count("0.040 client > server: . 7001:8001(1000)", 1, { as = "delivered" })
expect.count("0.040 client > server: F. 12001:12001(0)", 1, { as = "delivered" })
expect.count("0.060 client > server: . 1:1001(1000)", 1, { as = "delivered" })
expect.count("0.040 server > client: . 1:1(0) ack 1", 3)
expect.segment("0.060 client > server: . 1:1001(1000)") -- not needed
expect.segment("0.060 server > client: . 1:1(0) ack 12002")
