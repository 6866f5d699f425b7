-- MSS counts no options; the text of a segment makes room for them. RFC 6691 2, 5.3.
--
-- Both ends announce 1460: the MTU of 1500 less the headers without options (RFC 6691 2). The client
-- sends 1448 octets in a full segment, as 12 go to the timestamp; while it reports a gap of its own
-- direction a block takes 12 more. The second server announces 65535, which means "no limit of mine":
-- the path's 1500 decides.
sim.scenario {
  title = "MSS and options",
  cites = { "RFC 6691 2", "RFC6691-1", "RFC6691-2", "RFC6691-3", "RFC6691-5" },
}

local client = sim.host("client", { address = "10.0.0.1", timestamps = true, sack = true })
local peer = sim.host("peer", { address = "10.0.0.2", tcp = false })
sim.link(client, peer, { delay = "1ms" })

client:app(function()
  local first = client:connect(peer, 80)
  sim.sleep("10ms")
  first:send(1448)
  sim.sleep("10ms")
  first:send(1436)
  sim.sleep("10ms")
  first:abort()
  local second = client:connect(peer, 81)
  if not expect.truthy(second) then return end
  expect.equal(second:info().mss, 1448)
  second:send(1448)
  sim.sleep("10ms")
  second:abort()
end)

peer:app(function()
  peer:expect("S 0:0(0) <mss 1460,...>")
  peer:send("S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 5 ecr 0>")
  peer:expect(". 1:1(0) ack 1")
  peer:expect("P. 1:1449(1448) ack 1")
  peer:send(". 101:201(100) ack 1449 <TS val 5 ecr 0>")
  peer:expect(". 1449:1449(0) ack 1 <sack 101:201,...>")
  peer:expect("P. 1449:2885(1436) ack 1 <sack 101:201,...>")
  peer:expect("R 2885:2885(0)")
  peer:expect("S 0:0(0) <mss 1460,...>")
  peer:send("S. 0:0(0) ack 1 <mss 65535,TS val 5 ecr 0>")
  peer:expect("P. 1:1449(1448) ack 1")
end)
expect.segment("client > peer: S 0:0(0) <mss 1460,...>", { shows = "RFC6691-2" })
expect.segment("client > peer: P. 1:1449(1448)", { nth = 2, shows = "RFC6691-5" })
