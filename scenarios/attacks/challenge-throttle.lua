-- Challenge ACKs of a whole host, throttled. RFC 5961 7.
--
-- An attacker that guesses fast makes the victim send an ACK for each guess. RFC 5961 wants that
-- limited and the numbers tunable, for example ten in five seconds (the server at the left); a
-- number alone is so many in each second (at the right). All connections of the host share the
-- limit. An attacker may count what he draws on a connection of his own, and so learns whether a
-- guess on somebody else's was challenged: that leak is the price of a limit per host, and the
-- reason why Linux counts for each connection.
sim.scenario {
  title = "Challenge ACKs of a host are throttled",
  cites = { "RFC 5961 7", "RFC5961-12", "RFC5961-13" },
  allow = "unfinished",
}

local client = sim.host("client", { address = "10.0.0.1" })
local left = sim.host("left", { address = "10.0.0.2", challenge_ack_limit = { 10, 5, "host" } })
local right = sim.host("right", { address = "10.0.0.3", challenge_ack_limit = 10 })

for _, server in ipairs { left, right } do
  sim.link(client, server, { delay = "10ms" })
  for port = 80, 81 do
    server:app(function() server:listen(port):accept():recv() end)
    client:app(function() client:connect(server, port, { local_port = 4000 + port }) end)
  end
  -- For two seconds ten guesses a second on each of the two connections: forty.
  for i = 0, 19 do
    sim.at(1.001 + i / 10, function()
      for port = 80, 81 do
        sim.inject { from = client, to = server, segment = "R 500:500(0)", sport = 4000 + port, dport = port }
      end
    end)
  end
end

expect.count("left.80 > client.4080: . 1:1(0) ack 1", 5, { after = 1 })
expect.count("left.81 > client.4081: . 1:1(0) ack 1", 5, { after = 1 })
expect.count("right.80 > client.4080: . 1:1(0) ack 1", 10, { after = 1 })
expect.count("right.81 > client.4081: . 1:1(0) ack 1", 10, { after = 1 })
