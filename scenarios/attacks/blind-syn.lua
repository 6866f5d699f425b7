-- A blind attacker sends a SYN into a connection of others. RFC 5961 4.
--
-- RFC 793 resets a connection that gets a SYN inside its window: one packet in each window's width
-- of sequence numbers ends it, and the attacker needs no RST. RFC 5961 answers any SYN, wherever
-- its number lies, with a challenge ACK and drops it. The true client, which sent no SYN, has an
-- open connection and ignores that ACK. Had it really been restarted, it would answer with a RST
-- whose number is exact, and only then the old connection would go: that is the last part, after
-- the client has crashed and opens again from the same port.
sim.scenario {
  title = "Blind SYN: challenged, dropped; a true restart is told from it",
  cites = { "RFC 5961 4", "RFC5961-6", "RFC5961-7", "RFC 9293 3.10.7.4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local attacker = sim.host("attacker", { address = "10.0.0.3", tcp = false })
sim.link(client, server, { delay = "10ms" })
sim.link(attacker, server, { delay = "5ms" })

local function forge(segment)
  return function() sim.inject { from = attacker, to = server, segment = segment } end
end
sim.at("1s", forge "client.4000 > server.80: S 500:500(0)") -- inside the window
sim.at("2s", forge "client.4000 > server.80: S 900000:900000(0)") -- far outside
sim.at("3s", forge "client.4000 > server.80: S. 500:500(0) ack 1") -- with an ACK

server:app(function()
  local listener = server:listen(80)
  local conn = listener:accept()
  expect.equal(conn:recv(), "alive")
  expect.equal(select(2, conn:recv()), "connection reset")
  expect.equal(listener:accept():recv(), "anew")
end)

client:app(function()
  local conn = client:connect(server, 80, { local_port = 4000 })
  sim.sleep(4 - sim.now())
  conn:send("alive")
  sim.sleep(5 - sim.now())
  client:crash()
  client:connect(server, 80, { local_port = 4000 }):send("anew")
end)

expect.segment "1.005 server > client: . 1:1(0) ack 1"
expect.segment "2.005 server > client: . 1:1(0) ack 1"
expect.segment "3.005 server > client: . 1:1(0) ack 1"
expect.segment("client > server: R", { nth = 1, after = 5 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED", { nth = 1 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED", { nth = 2 })
