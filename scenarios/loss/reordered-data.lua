-- Data out of order: a segment that comes late is not a segment lost. RFC 9293 3.10.7.4.
--
-- Two segments change places on the way: a rule holds the first for 5 ms while the second passes.
-- The server keeps the second (out of order, nothing to read yet), says "still 1" at once, and
-- hands over both, in order, when the first arrives. One duplicate ACK makes the client do nothing:
-- less than three may be reordering. Each octet is sent once.
sim.scenario {
  title = "Reordered data are put in order",
  cites = { "RFC 9293 3.10.7.4", "SHLD-31", "RFC5681-13" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })

sim.delay { from = client, pattern = ". 1:1001(1000)", by = "5ms" }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv(), 2000)
  expect.near(sim.now(), 0.035, 1e-9)
end)

client:app(function() client:connect(server, 80):send(2000) end)

expect.exchange([[
  ...
  0.030 client > server: P. 1001:2001(1000) ack 1
  0.035 client > server: . 1:1001(1000) ack 1
  0.040 server > client: . 1:1(0) ack 1
  0.045 server > client: . 1:1(0) ack 2001
]], { as = "delivered" })
expect.count("client > server: . 1:1001(1000)", 1)
expect.count("client > server: P. 1001:2001(1000)", 1)
