-- The end of a flight is lost: no duplicate ACK tells of it. RFC 8985 7.
--
-- Both connections send five segments over a path of 20 ms there and back, and both lose the last two. Without
-- probes the retransmission timer, which takes no less than a second, does what is to be done. With `tlp` the last
-- segment goes again two round trips after the last ACK: its SACK shows the hole in front of it, which is
-- repaired at once. Look at when each file is complete, and at what made each repetition leave.
sim.scenario {
  title = "A tail loss probe finds what the timer would find a second later",
  cites = { "RFC 9293 3.8.1", "RFC 8985 7", "RFC8985-13", "RFC8985-14", "RFC8985-16" },
}

local client = sim.host("client", { address = "10.0.0.1", sack = true, initial_window = 10, delayed_ack = false })
local server = sim.host("server", { address = "10.0.0.2", sack = true, mss = 1000, delayed_ack = false })
sim.link(client, server, { delay = "10ms" })

local function lose_the_end()
  sim.drop { from = client, pattern = ". 3001:4001(1000)", count = 1 }
  sim.drop { from = client, pattern = "P. 4001:5001(1000)", count = 1 }
end

local function receive(port, at)
  server:app(function()
    expect.equal(#server:listen(port):accept():recv_all(5000), 5000)
    expect.near(sim.now(), at, 1e-9)
  end)
end
receive(80, 1.070)
receive(81, 10.130)

client:app(function()
  lose_the_end()
  client:connect(server, 80):send(5000)
  sim.sleep(10)
  lose_the_end()
  client:connect(server, 81, { tlp = true }):send(5000)
end)

expect.segment("P. 4001:5001(1000)", { after = 10.099, before = 10.101 })
