-- The silly window: a reader who takes ten octets at a time. RFC 9293 3.8.6.2.2.
--
-- The server's buffer of 2000 octets is full; its application reads ten octets every 10 ms. Would each
-- read be told, the client would send segments of ten octets for ever. Look at "win": it stays 0
-- until 1000 octets, the smaller of a segment and half of the buffer, have become free; then the
-- right edge jumps by 1000 at once, and a whole segment comes.
sim.scenario {
  title = "The window opens by a segment, not by ten octets",
  cites = { "RFC 9293 3.8.6.2.2", "MUST-39", "UNL-21" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, recv_buffer = 2000 })
sim.link(client, server, { delay = "1ms" })

server:app(function()
  local conn = server:listen(80):accept()
  for _ = 1, 300 do
    sim.sleep("10ms")
    expect.equal(#conn:recv_all(10), 10)
  end
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(4000)
end)

expect.no_segment("server > client: . 1:1(0) win 10")
expect.segment("server > client: . 1:1(0) ack 2001 win 0")
expect.segment("server > client: . 1:1(0) ack 2001 win 1000", { shows = "MUST-39" })
expect.segment("client > server: . 2001:3001(1000) ack 1")
