-- SACK changes nothing in when a segment is taken for lost. RFC 2018 5.1.
--
-- The second of eight segments is late, not lost: one segment overtakes it, and the server reports it.
-- One report is no loss, as one duplicate ACK is none; the late segment arrives and the transfer goes
-- on with the window that it had.
sim.scenario {
  title = "One report does not start recovery",
  cites = { "RFC 2018 5.1", "RFC2018-15" },
}

local client = sim.host("client", { address = "10.0.0.1", sack = true, initial_window = 8, mss = 1000 })
local server = sim.host("server", { address = "10.0.0.2", sack = true, delayed_ack = false })
sim.link(client, server, { delay = "10ms", rate = "10mbit", mtu = 1040 })
sim.delay { from = client, pattern = ". 1001:2001(1000)", by = "1ms", nth = 1 }

server:app(function() expect.equal(server:listen(80):accept():discard(8000), 8000) end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send(8000)
  sim.sleep("100ms")
  expect.equal(conn:info().total_retransmits, 0)
  expect.equal(conn:info().phase, "slow start")
end)
expect.segment("server > client: . 1:1(0) ack 1001 <sack 2001:3001,...>")
expect.count("client > server: . 1001:2001(1000)", 1, { shows = "RFC2018-15" })
