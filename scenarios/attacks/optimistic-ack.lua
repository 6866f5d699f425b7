-- A peer, or a forger, acknowledges what was never sent. RFC 9293 3.10.7.4 fifth, RFC 5961 5.
--
-- An ACK beyond SND.NXT would make a sender drop octets that nobody has. It is answered with an ACK
-- and dropped, in ESTABLISHED as in SYN-RECEIVED; SND.UNA stays, the lost octets are repeated, and
-- the stream arrives whole. An ACK of what is in flight is taken at its word, whoever sent it:
-- TCP cannot know better. That is the optimistic ACK by which a receiver makes a sender run faster;
-- the octets it lied about are gone for good (here they had arrived, so nothing is lost).
sim.scenario {
  title = "Optimistic ACKs: of what was not sent, of what is in flight",
  cites = { "RFC 9293 3.10.7.4", "RFC 5961 5", "RFC5961-10", "MAY-12" },
}

local client = sim.host("client", { address = "10.0.0.1", initial_window = 4 })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "50ms" })
sim.drop { from = client, pattern = "P. 1:11(10)", nth = 1 }

sim.at("150ms", function() -- ten octets are out and lost; this acknowledges twenty
  sim.inject { from = server, to = client, segment = ". 1:1(0) ack 21" }
end)
sim.at("3s", function() -- all of the burst is in flight; this acknowledges half of it
  sim.inject { from = server, to = client, segment = ". 1:1(0) ack 2931" }
end)

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv_all(10 + 14600), 10 + 14600)
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(10)
  sim.sleep(0.22 - sim.now())
  expect.equal(conn:info().snd_una, 1) -- not 21
  sim.sleep(3 - sim.now())
  conn:send(14600)
end)

expect.segment "0.200 client > server: . 11:11(0) ack 1" -- the answer: SND.NXT, RCV.NXT
expect.segment("client > server: P. 1:11(10)", { nth = 2 }) -- the ten octets again
