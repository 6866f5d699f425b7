-- What TIME-WAIT keeps away: the three hazards of RFC 1337 2, played by the script.
--
-- H1: an old segment of data stands in the window of the new connection on the same ports. It is kept,
-- and when the gap before it is filled the reader gets its octets. That is reported as a violation,
-- which this scenario allows.
-- H2: the server has acknowledged those octets, which the client never sent. The client answers the
-- ACK of what is unsent with an ACK; that one is below what the server expects, which answers again.
-- Only a limit on such ACKs, or the client's own data catching up, ends it: 20 ms a round.
-- H3: an old ACK meets the client in SYN-SENT and draws a RST. By RFC 793 it would end the server's
-- half-open connection, as it lies in the window; by RFC 5961 it is not exact, draws a challenge, and the
-- handshake goes on.
sim.scenario {
  title = "Three hazards of a TIME-WAIT cut short",
  cites = { "RFC1337-2", "RFC1337-3", "RFC1337-4", "RFC 5961 3.2" },
  allow = { "integrity", "unfinished" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", delayed_ack = false })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  local conn = listener:accept()
  expect.equal(conn:recv_all(20), "0123456789oldoldoldo")
  local second = listener:accept()
  expect.equal(second:recv(), "hello")
end)

client:app(function()
  local conn = client:connect(server, 80, { local_port = 4000 })
  sim.sleep("80ms")
  conn:send("0123456789")
  sim.sleep("200ms")
  conn:abort()
  sim.sleep("700ms")
  conn = client:connect(server, 80, { local_port = 4001 }) -- at 1.000
  conn:send("hello")
  sim.sleep("100ms")
end)

-- H1 and H2
sim.at("50ms", function()
  sim.inject { from = client, to = server, sport = 4000, dport = 80, segment = ". 11:21(10) ack 1", payload = "oldoldoldo" }
end)
-- H3: it meets the client between its SYN and the answer.
sim.at("1s", function()
  sim.inject { from = server, to = client, sport = 80, dport = 4001, segment = ". 1:1(0) ack 123", absolute = true }
end)

expect.segment("server.80 > client.4000: . 1:1(0) ack 21", { shows = "RFC1337-2" })
expect.segment("client.4000 > server.80: . 11:11(0) ack 1", { nth = 3, shows = "RFC1337-3" })
expect.segment("client.4001 > server.80: R", { shows = "RFC1337-4" })
expect.states(client, "CLOSED SYN-SENT ESTABLISHED CLOSED", { nth = 1 })
