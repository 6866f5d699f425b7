-- PAWS: an old duplicate whose numbers fit again is known by its timestamp. RFC 7323 5.
--
-- On a fast path the sequence numbers come round while old segments may still be on their way. Here
-- the old segment is forged: its number is just what the server expects next, its timestamp is older
-- than the last that was taken. The server acknowledges and drops it, before it looks at the window
-- (5.3, R1), and takes the true segment with the same number after it. A second connection, without
-- timestamps, takes the old octets for new ones: that is reported as a violation, which this scenario
-- allows.
sim.scenario {
  title = "PAWS drops an old duplicate",
  cites = { "RFC 7323 5.3", "RFC7323-17" },
  allow = "integrity",
}

local client = sim.host("client", { address = "10.0.0.1", timestamps = true, timestamp_offset = 1000, nagle = false })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true, timestamp_offset = 9000, delayed_ack = false })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  expect.equal(listener:accept():recv_all(10), "firstsecon")
  expect.equal(listener:accept():recv_all(10), "firststale")
end)

local function talk(options)
  local conn = client:connect(server, 80, options)
  conn:send("first")
  sim.sleep("100ms")
  conn:send("secon")
  sim.sleep("100ms")
end
client:app(function()
  talk { local_port = 4000 }
  talk { local_port = 4001, timestamps = false }
end)

sim.at(0.1, function()
  sim.inject { from = client, to = server, sport = 4000, dport = 80, segment = "P. 6:11(5) ack 1 <TS val 900 ecr 9000>", payload = "stale" }
end)
sim.at(0.3, function()
  sim.inject { from = client, to = server, sport = 4001, dport = 80, segment = "P. 6:11(5) ack 1", payload = "stale" }
end)

expect.exchange([[
  ...
  0.020 client.4000 > server.80: P. 1:6(5) ack 1 <nop,nop,TS val 1020 ecr 9010>
  0.030 server.80 > client.4000: . 1:1(0) ack 6 <nop,nop,TS val 9030 ecr 1020>
  0.100 client.4000 > server.80: P. 6:11(5) ack 1 <TS val 900 ecr 9000>   # forged: an old duplicate
  0.110 server.80 > client.4000: . 1:1(0) ack 6 <nop,nop,TS val 9110 ecr 1020>
  0.120 client.4000 > server.80: P. 6:11(5) ack 1 <nop,nop,TS val 1120 ecr 9110>
  0.130 server.80 > client.4000: . 1:1(0) ack 11 <nop,nop,TS val 9130 ecr 1120>
  ...
]])
expect.segment("server.80 > client.4001: . 1:1(0) ack 11", { after = 0.3, before = 0.315 })
