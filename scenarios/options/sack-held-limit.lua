-- A receiver that has no room: it reports a segment and drops it all the same. RFC 2018 8.
--
-- The server holds no more than 2000 octets out of order. The first segment is lost; the next two are
-- held, the fourth and the fifth find no room. Each is told of in the ACK that it draws, as the first
-- block must tell of the newest segment; no later ACK reports it, as no other block may tell of what is not
-- held any more. So the client must not believe for ever what it heard: it sends the two again,
-- in time, although it was told once that they had come.
sim.scenario {
  title = "What was reported by SACK and dropped is sent again",
  cites = { "RFC2018-13", "RFC2018-14", "RFC 2018 8" },
}

local client = sim.host("client", { address = "10.0.0.1", sack = true, initial_window = 5 })
local server = sim.host("server", {
  address = "10.0.0.2", sack = true, mss = 1000, delayed_ack = false, held_limit = 2000, window = 30000,
})
sim.link(client, server, { delay = "10ms", rate = "10mbit" }) -- one after another: each draws its own ACK
sim.drop { from = client, pattern = ". 1:1001(1000)", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv_all(5000), 5000)
end)
client:app(function() client:connect(server, 80):send(5000) end)

expect.exchange([[
  ...
  * server > client: . 1:1(0) ack 1 <sack 1001:2001>
  * server > client: . 1:1(0) ack 1 <sack 1001:3001>
  * server > client: . 1:1(0) ack 1 <sack 3001:4001 1001:3001> # no room: told once
  * server > client: . 1:1(0) ack 1 <sack 4001:5001 1001:3001> # and not again
  ...
]])
expect.no_segment("server > client: . 1:1(0) ack 1 <sack 4001:5001 3001:4001 1001:3001>", { shows = "RFC2018-14" })
expect.segment("client > server: . 3001:4001(1000)", { nth = 2 })
expect.segment("client > server: P. 4001:5001(1000)", { nth = 2 })
