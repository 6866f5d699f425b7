-- A blind attacker resets a connection of others: how many guesses it takes. RFC 5961 3.
--
-- The attacker does not see the traffic: it knows both addresses and ports and guesses the sequence
-- number. By RFC 793's rule (challenge_ack = false, the connection on port 80) any RST within the
-- receive window resets: a window's width apart, 2^32 / window guesses hit. With RFC 5961 (port 81)
-- only the RST at RCV.NXT itself does: the same guess draws a challenge ACK, which goes to the true
-- peer and not to the attacker, and the connection lives on. A second guess within half a second
-- draws nothing: challenge ACKs are limited here as Linux limits them.
sim.scenario {
  title = "Blind reset: RFC 793 against RFC 5961",
  cites = { "RFC 5961 3", "RFC5961-3", "RFC5961-12", "RFC 9293 3.10.7.4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local attacker = sim.host("attacker", { address = "10.0.0.3", tcp = false })
sim.link(client, server, { delay = "10ms" })
sim.link(attacker, server, { delay = "5ms" })

local by_port = {
  [80] = { challenge_ack = false },
  [81] = { challenge_ack_limit = { count = 1, interval = "500ms", per = "connection" } },
}
for port, options in pairs(by_port) do
  server:app(function()
    local conn = server:listen(port, options):accept()
    local text, err = conn:recv()
    if port == 80 then
      expect.equal(err, "connection reset")
    else
      expect.equal(text, "still here")
      expect.equal(conn:info().acks_withheld, 1)
    end
  end)
  client:app(function()
    local conn = client:connect(server, port, { local_port = 4000 + port })
    sim.sleep(2 - sim.now())
    if port == 81 then conn:send("still here") end
  end)
end

-- The attacker's segments bear the client's address; a guess of 30000 lies in the window of 65535.
local function guess(time, port, seq)
  sim.at(time, function()
    sim.inject { from = attacker, to = server, segment = ("client.%d > server.%d: R %d:%d(0)"):format(
      4000 + port, port, seq, seq) }
  end)
end
guess("1s", 80, 30000)
guess("1s", 81, 30000)
guess("1.1s", 81, 30001)

expect.count("server > client: .", 1, { after = 1, before = 2 })
expect.segment "1.005 server.81 > client.4081: . 1:1(0) ack 1"
expect.states(client, "CLOSED SYN-SENT ESTABLISHED", { nth = 2 })
