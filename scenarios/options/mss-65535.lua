-- An MSS of 65535 means: no limit of mine; the path decides. RFC 6691 5.3, RFC 2675 5.
--
-- The server announces 65535, the value that stands for "as much as you like". The link carries packets of
-- 9000 octets; the client takes its limit from there and fills segments of 8960.
sim.scenario {
  title = "An MSS of 65535 leaves the size to the path",
  cites = { "RFC6691-5", "RFC 6691 5.3" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 65535 })
sim.link(client, server, { delay = "10ms", mtu = 9000 })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv_all(20000), 20000)
end)
client:app(function() client:connect(server, 80):send(20000) end)

expect.segment("server > client: S. 0:0(0) ack 1 <mss 65535>")
expect.segment("client > server: . 1:8961(8960)")
expect.segment("client > server: . 8961:17921(8960)")
