-- An ACK storm, and what ends it. RFC 9293 3.10.7.4, RFC 5961 7.
--
-- Forged data that hit both numbers are taken: the receiver's RCV.NXT is ahead of what its peer has
-- sent. From then on each end takes every ACK of the other for unacceptable, the one because it
-- acknowledges what was never sent, the other because its number is old, and RFC 9293 wants both
-- answered with an ACK. Such a war goes on at the pace of the round trip until somebody gives up:
-- on port 80 it lasts until the client aborts. On port 81 both ends have Linux's limit, one such ACK
-- in 500 ms for each connection: three ACKs, and silence. The connection is beyond help either way;
-- what the client sends next ends where the forged octets lie.
sim.scenario {
  title = "An ACK storm, with and without a limit",
  cites = { "RFC 9293 3.10.7.4", "RFC 5961 7", "RFC5961-12", "RFC5961-13" },
  allow = { "integrity", "unfinished" },
}

local limit = { count = 1, interval = "500ms", per = "connection" }
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local attacker = sim.host("attacker", { address = "10.0.0.3", tcp = false })
sim.link(client, server, { delay = "10ms" })
sim.link(attacker, server, { delay = "5ms" })

for port, options in pairs { [80] = {}, [81] = { challenge_ack_limit = limit } } do
  server:app(function()
    local conn = server:listen(port, options):accept()
    expect.equal(conn:recv(), "forged")
  end)
  client:app(function()
    local conn = client:connect(server, port,
      { local_port = 4000 + port, challenge_ack_limit = options.challenge_ack_limit })
    sim.sleep(1.5 - sim.now())
    conn:abort()
  end)
  sim.at("1s", function()
    sim.inject {
      from = attacker, to = server, payload = "forged",
      segment = ("client.%d > server.%d: P. 1:7(6) ack 1"):format(4000 + port, port),
    }
  end)
end

expect.count("client.4080 > server.80: . 1:1(0) ack 1", 15, { after = 1 })
expect.count("server.80 > client.4080: . 1:1(0) ack 7", 16, { after = 1 })
expect.count("client.4081 > server.81: . 1:1(0) ack 1", 1, { after = 1 })
expect.count("server.81 > client.4081: . 1:1(0) ack 7", 2, { after = 1 })
