-- A port that nobody listens on answers with RST. RFC 9293 3.5.2, 3.10.7.1, 3.10.7.3.
--
-- The client's SYN meets no TCB. Since it carries no ACK the RST has SEQ 0 and acknowledges the
-- SYN, R. 0:0(0) ack 1: that ACK is what lets the client believe it. The client goes from SYN-SENT
-- back to CLOSED at once, `connect` returns "connection refused" one round trip after the call, and
-- nobody answers the RST. The RST's SEQ is 0 on the wire, too: the server has no number of its own
-- to give.
sim.scenario {
  title = "Connection refused",
  cites = { "RFC 9293 3.5.2", "RFC 9293 3.10.7.1", "RFC 9293 3.10.7.3", "RFC5961-4" },
}

local client = sim.host("client", { address = "10.0.0.1", iss = 1000 })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

client:app(function()
  local conn, err = client:connect(server, 80)
  expect.equal(conn, nil)
  expect.equal(err, "connection refused")
  expect.near(sim.now(), 0.020, 1e-9)
end)

expect.exchange([[
  0.000 client > server: S 1000:1000(0)
  0.010 server > client: R. 0:0(0) ack 1001
]], { absolute = true })
expect.states(client, "CLOSED SYN-SENT CLOSED")
