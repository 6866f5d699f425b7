-- Two links, two MTUs: the MSS that is announced is that of the smaller one. RFC 6691 5.2, SHLD-6.
--
-- The server has two links to the client, of 1500 and of 1400 octets, and cannot know by which of them the next
-- segment will come. It announces 1360, what the smaller one carries: every segment of the client's
-- fits, whichever way it takes.
sim.scenario {
  title = "The smallest MTU of several links gives the MSS",
  cites = { "SHLD-6", "RFC6691-4", "RFC 9293 3.7.3" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms", mtu = 1500 })
sim.link(client, server, { delay = "10ms", mtu = 1400 })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv_all(4000), 4000)
end)
client:app(function() client:connect(server, 80):send(4000) end)

expect.segment("server > client: S. 0:0(0) ack 1 <mss 1360>", { shows = "SHLD-6" })
expect.segment("server > client: S. 0:0(0) ack 1 <mss 1360>", { shows = "RFC6691-4" })
expect.segment("client > server: . 1:1361(1360)")
