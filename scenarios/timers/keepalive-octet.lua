-- A keepalive probe with one octet of garbage, for old peers that answer nothing else. RFC 9293 3.8.4, MAY-6.
--
-- The probe has SEQ = SND.NXT - 1, the number of the last octet that was acknowledged, or of the SYN before
-- anything was sent. So the octet is old whatever it is: the client drops it, answers with an ACK, and its
-- application reads the five octets of the server and no more.
sim.scenario {
  title = "Keepalive probes with one octet",
  cites = { "RFC 9293 3.8.4", "MAY-6" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", {
  address = "10.0.0.2",
  keepalive = { idle = "60s", interval = "10s", count = 3 },
  keepalive_probe = "octet",
})
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("70s")
  conn:send("hello")
  sim.sleep("70s")
  expect.equal(conn.state, "ESTABLISHED")
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:recv_all(), "hello")
  conn:close()
end)

expect.segment("60.030 server > client: . 0:1(1) ack 1", { shows = "MAY-6" })
expect.segment "60.040 client > server: . 1:1(0) ack 1"
expect.segment("server > client: . 5:6(1) ack 1", { shows = "MAY-6" })
