-- With how many segments a connection begins. RFC 5681 3.1.
--
-- Three sizes of segments, three initial windows: at most two segments of more than 2190 octets, three
-- of more than 1095, else four. The handshake's own segments do not make it grow, and ssthresh begins
-- out of reach. The last connection's SYN is lost once: the path has shown that it loses, so it begins
-- with one segment.
sim.scenario {
  title = "The initial window",
  cites = { "RFC 5681 3.1", "RFC5681-2", "RFC5681-3", "RFC5681-4", "RFC5681-5" },
}

local client = sim.host("client", { address = "10.0.0.1", send_buffer = "1MB" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms", mtu = 9000 })

for port, size in pairs { [80] = 4000, [81] = 1460, [82] = 1000 } do
  server:app(function()
    local listener = server:listen(port, { mss = size })
    while true do listener:accept():discard() end
  end, { daemon = true })
end

local function begins(port, local_port, segments, size)
  local conn = client:connect(server, port, { local_port = local_port })
  expect.equal(conn:info().cwnd, segments * size, { shows = "RFC5681-3" })
  expect.truthy(conn:info().ssthresh >= 2 ^ 30)
  conn:send(10 * size)
  conn:shutdown()
  sim.sleep("15ms") -- before the first ACK
  expect.equal(conn:info().snd_nxt, 1 + segments * size)
  sim.sleep("5s")
end

client:app(function()
  begins(80, 5000, 2, 4000)
  begins(81, 5001, 3, 1460)
  begins(82, 5002, 4, 1000)
  sim.drop { from = client, flags = "S", nth = 1 }
  begins(82, 5003, 1, 1000)
end)
