-- A genuine RST that is not exact: the challenge finds out. RFC 5961 3.2.
--
-- The client's hundred octets are lost, and then it aborts: its RST bears the number after them. To
-- the server, which expects the first of them, that RST could be anybody's: it lies in the window
-- and is not exact. The challenge ACK tells the number that is expected; the client has no
-- connection any more and answers, as to any ACK, with a RST of that very number. One round trip
-- later than by RFC 793's rule the connection ends as the client wished.
sim.scenario {
  title = "A genuine RST that is not exact is confirmed in one round trip",
  cites = { "RFC 5961 3.2", "RFC5961-2", "RFC5961-3", "RFC5961-5", "RFC 9293 3.5.2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, pattern = "P. 1:101(100)" }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(select(2, conn:recv()), "connection reset")
  expect.near(sim.now(), 0.130, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(100)
  sim.sleep(0.1 - sim.now())
  conn:abort()
end)

expect.exchange [[
  ...
  0.020 client > server: P. 1:101(100) ack 1
  0.100 client > server: R 101:101(0)
  0.110 server > client: . 1:1(0) ack 1
  0.120 client > server: R 1:1(0)
]]
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
