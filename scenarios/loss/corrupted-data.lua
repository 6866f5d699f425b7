-- A spoilt octet: the checksum finds it, the timer makes it good. RFC 9293 3.1, 3.8.1.
--
-- A rule flips one bit of the fourth octet of the text (offset 23: the header has 20). The checksum
-- no longer fits, and the server discards the segment as if it had never come: no ACK, no RST. To
-- the client that is a loss; one RTO later it sends the octets again.
sim.scenario {
  title = "Corrupted data are discarded and sent again",
  cites = { "RFC 9293 3.1", "RFC 9293 3.8.1", "MUST-2", "MUST-3" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.corrupt { from = client, pattern = "P. 1:6(5)", nth = 1, offset = 23, mask = 0x20 }

server:app(function()
  expect.equal(server:listen(80):accept():recv(), "hello")
  expect.near(sim.now(), 1.030, 1e-9)
end)

client:app(function() client:connect(server, 80):send("hello") end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: P. 1:6(5) ack 1         # spoilt on the way
  1.020 client > server: P. 1:6(5) ack 1
  1.230 server > client: . 1:1(0) ack 6
]]
