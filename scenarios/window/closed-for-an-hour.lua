-- A window may stay closed as long as the reader likes. RFC 9293 3.8.6.1, MUST-37, MAY-8.
--
-- The server's application sleeps for an hour on a full buffer. The client probes: one RTO after the
-- window closed, then after 2, 4, 8 … s, at most a minute apart. Each probe is answered, so the
-- connection is alive, whatever the limits on retransmissions (three, here) and on the patience of
-- the user (30 s) say. When the reader wakes up everything arrives.
sim.scenario {
  title = "A window that stays closed for an hour",
  cites = { "RFC 9293 3.8.6.1", "MUST-35", "MUST-36", "MUST-37", "MAY-8", "SHLD-30" },
  limit = "2h",
}

local client = sim.host("client", { address = "10.0.0.1", retries = 3, user_timeout = "30s" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, recv_buffer = 2000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("1h")
  expect.equal(conn:discard(), 5000)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:send(5000), 5000)
  conn:shutdown()
  sim.sleep("50min")
  expect.equal(conn.state, "FIN-WAIT-1", { shows = "MUST-37" })
  expect.equal(conn:recv(), nil)
end)

expect.segment("client > server: . 2001:2002(1) ack 1", { after = "59min" })
