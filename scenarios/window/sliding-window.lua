-- The sliding window: what may be sent is what the window allows. RFC 9293 3.4, 3.8.6.
--
-- The server has a buffer of 3000 octets and takes 1000 at a time, so its window lets three
-- segments be under way. The client wants to send 6000. Look at the right edge, ack + win in what
-- the server sends: 3001 until the application reads. It reads 1000 octets each 100 ms, and each
-- read moves the edge by 1000, which lets out exactly one segment more. The client never sends
-- beyond the edge, although nothing is lost and nothing else holds it back.
sim.scenario {
  title = "The window slides as the reader reads",
  cites = { "RFC 9293 3.4", "RFC 9293 3.8.6", "UNL-21", "SHLD-14" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, recv_buffer = 3000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  for i = 1, 6 do
    sim.sleep(i * 0.1 - sim.now())
    expect.equal(#conn:recv(1000), 1000)
  end
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(6000)
  sim.sleep(0.090 - sim.now())
  local info = conn:info()
  expect.equal(info.snd_una, 3001) -- acknowledged: all that the window let out
  expect.equal(info.snd_nxt, 3001)
  expect.equal(info.snd_wnd, 0)
end)

-- Before the first read no octet beyond 3000 leaves; after the n-th, none beyond 3000 + 1000 n.
for n = 0, 2 do
  local first = 3001 + 1000 * n
  expect.no_segment(string.format("client > server: . %d:%d(1000)", first, first + 1000),
    { before = 0.1 * (n + 1), shows = "SHLD-14" })
end
