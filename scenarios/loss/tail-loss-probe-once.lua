-- One probe a flight, and only where the round trip is known; then the retransmission timer. RFC 8985 7.2, 7.3.
--
-- To server: the last of three segments is lost, and its probe too. It left 240 ms after the last ACK: two round trips,
-- and 200 ms because an ACK of one segment may be delayed. The timer counts from the probe, not from what it repeats.
-- New text at 0.5 s cannot be another probe: the one that is out tells more, once it is answered. All that its probe
-- timeout does, two round trips later, is to begin the retransmission timer anew.
--
-- To other: the SYN was repeated, so no round trip could be measured (Karn). Then the probe timeout is a second, and
-- when it comes nothing is sent: probes must not keep the round trip from being learnt. The timeout comes three
-- seconds after that (RFC 6298 5.7).
sim.scenario {
  title = "What a tail loss probe waits for",
  cites = { "RFC 8985 7.2", "RFC 8985 7.3", "RFC8985-14", "RFC8985-15", "RFC8985-17" },
}

local function host(name, address)
  return sim.host(name, {
    address = address, sack = true, delayed_ack = false, mss = 1000, initial_window = 10, tlp = name == "client",
  })
end
local client = host("client", "10.0.0.1")
local server, other = host("server", "10.0.0.2"), host("other", "10.0.0.3")
local link = sim.link(client, server, { delay = "10ms" })
sim.link(client, other, { delay = "10ms" })

server:app(function() expect.equal(#server:listen(80):accept():recv_all(4000), 4000) end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send(3000)
  sim.sleep(0.1 - sim.now())
  link:down()
  sim.sleep(0.5 - sim.now())
  conn:send(1000)
  sim.sleep(1 - sim.now())
  link:up()
end)
sim.drop { from = client, to = server, pattern = "P. 2001:3001(1000)", nth = 1 }
expect.exchange([[
  ...
  0.030 server > client: . 1:1(0) ack 2001    # at the client at 0.040
  0.280 client > server: P. 2001:3001(1000)   # the probe, in vain
  0.500 client > server: P. 3001:4001(1000)
  1.540 client > server: P. 2001:3001(1000)   # one RTO after 0.540
  ...
]], { between = { client, server } })

other:app(function() expect.equal(#other:listen(80):accept():recv_all(1000), 1000) end)
client:app(function() client:connect(other, 80):send(1000) end)
sim.drop { from = client, to = other, flags = "S", nth = 1 }
sim.drop { from = client, to = other, pattern = "P. 1:1001(1000)", nth = 1 }
expect.exchange([[
  0.000 client > other: S 0:0(0)
  1.000 client > other: S 0:0(0)
  ...
  1.020 client > other: P. 1:1001(1000)
  5.020 client > other: P. 1:1001(1000)       # one second, then three
  ...
]], { between = { client, other } })
