-- Half-open: an opener finds a peer that remembers its former life. RFC 9293 3.5.1, figure 9.
--
-- The client crashes, restarts and connects again from the same port. To the server the SYN belongs
-- to the old connection, which is still ESTABLISHED: it answers with an ACK of what it expects (a
-- challenge ACK, RFC 5961). In SYN-SENT that ACK acknowledges something never sent, so the client
-- answers RST with that very number; it is exactly RCV.NXT to the server, which drops the stale
-- connection. The SYN that the client's timer repeats at 1.1 s then finds the listener alone, and
-- the handshake goes through. The RST's number belongs to the former life: relative to the new ISS
-- it is large.
sim.scenario {
  title = "Half-open: an opener finds a stale peer",
  cites = {
    "UNL-19", "RFC 9293 3.5.1", "RFC 9293 3.10.7.3", "RFC 9293 3.10.7.4", "RFC5961-6", "RFC5961-7", "RFC6298-1",
  },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  local stale = listener:accept()
  expect.equal(select(2, stale:recv()), "connection reset")
  expect.near(sim.now(), 0.130, 1e-9)
  local fresh = listener:accept()
  expect.near(sim.now(), 1.130, 1e-9)
  expect.equal(fresh:recv(), "hello again")
end)

client:app(function()
  client:connect(server, 80, { local_port = 4000, iss = 1000 })
  sim.sleep(0.1 - sim.now())
  client:crash()
  local conn = client:connect(server, 80, { local_port = 4000, iss = 90000 })
  expect.near(sim.now(), 1.120, 1e-9)
  conn:send("hello again")
end)

expect.exchange([[
  0.000 client > server: S 1000:1000(0)
  ...
  0.020 client > server: . 1001:1001(0)
  0.100 client > server: S 90000:90000(0)
  0.110 server > client: . ack 1001
  0.120 client > server: R 1001:1001(0)
  1.100 client > server: S 90000:90000(0)
  1.110 server > client: S. ack 90001
  1.120 client > server: . 90001:90001(0)
  1.120 client > server: P. 90001:90012(11)
  ...
]], { absolute = true })
expect.states(client, "CLOSED SYN-SENT ESTABLISHED", { nth = 2 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED", { nth = 1 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED", { nth = 2 })
