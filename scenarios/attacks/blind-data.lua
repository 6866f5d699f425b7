-- A blind attacker injects octets into a stream of others. RFC 5961 5.
--
-- Data count only if the sequence number lies in the receive window and the ACK field is plausible.
-- RFC 793 takes any ACK up to SND.NXT, half of all numbers: on port 80 (challenge_ack = false) the
-- first guess is taken, and the reader gets "EVIL", which nobody sent: the integrity check tells by
-- whom; from then on the two ends disagree and answer each other's ACKs without end (until the client
-- aborts: ack-storm is about that). RFC 5961 takes ACKs from SND.UNA - MAX.SND.WND to SND.NXT only (port 81): the same segment
-- is dropped and answered with an ACK. The window is narrow as well, so a guess has to hit two
-- numbers instead of one.
sim.scenario {
  title = "Blind data: an old ACK gives them away",
  cites = { "RFC 5961 5", "UNL-20", "RFC5961-9", "RFC5961-10", "RFC5961-11", "MAY-12" },
  allow = { "integrity", "unfinished" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local attacker = sim.host("attacker", { address = "10.0.0.3", tcp = false })
sim.link(client, server, { delay = "10ms" })
sim.link(attacker, server, { delay = "5ms" })

for port, options in pairs { [80] = { challenge_ack = false }, [81] = {} } do
  server:app(function()
    local conn = server:listen(port, options):accept()
    expect.equal(conn:recv(), port == 80 and "EVIL" or "true")
  end)
  client:app(function()
    local conn = client:connect(server, port, { local_port = 4000 + port })
    sim.sleep(2 - sim.now())
    if port == 81 then conn:send("true") else conn:abort() end
  end)
  sim.at("1s", function() -- SEQ is right; ACK is a million octets behind SND.UNA
    sim.inject {
      from = attacker, to = server, payload = "EVIL",
      segment = ("client.%d > server.%d: P. 1:5(4) ack %d"):format(4000 + port, port, 4293967296),
    }
  end)
end

expect.segment "1.005 server.81 > client.4081: . 1:1(0) ack 1" -- the challenge
expect.segment "server.80 > client.4080: . 1:1(0) ack 5" -- taken
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED", { nth = 2 })
