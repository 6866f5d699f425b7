-- The same without timestamps: the copy from a turn ago is taken for the segment that has its number now, and the
-- reader gets octets that nobody sent there.
-- expect-status: 1
-- expect-message: is not what the application of client sent there
sim.scenario { title = "More than 2^32 octets, without PAWS" }

local client = sim.host("client", {
  address = "10.0.0.1", window_scale = true, send_buffer = 8000000, iss = 0, initial_window = 10,
})
local server = sim.host("server", {
  address = "10.0.0.2", sack = true, window_scale = true, recv_buffer = 8000000,
})
sim.link(client, server, { delay = "500us", rate = "10gbit", mtu = 65535 })
sim.duplicate { from = client, flags = ".", nth = 10000, gap = "3435ms" }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(5000000000), 5000000000)
  expect.equal(conn:info().octets_received, 5000000000)
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send(5000000000)
  expect.equal(conn:info().total_retransmits, 0)
end)
