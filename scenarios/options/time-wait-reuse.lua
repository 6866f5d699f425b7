-- Timestamps let a pair of ports be used again before TIME-WAIT is over. RFC 6191 2.
--
-- The server closes first and stands in TIME-WAIT. Six SYNs come to the same pair of ports, one every
-- second, and are told apart by timestamp and number alone: older (dropped without a word), equal with
-- a number that is not beyond the old FIN's (dropped), equal with a number beyond it, newer with a
-- lower number, without a timestamp and beyond, without one and not beyond (dropped). Those that pass
-- are answered with SYN,ACK; the peer resets them, and the server is back in TIME-WAIT as if nothing
-- had been.
sim.scenario {
  title = "TIME-WAIT is left for a newer SYN",
  cites = { "RFC 6191 2", "RFC6191-1", "RFC6191-2", "RFC6191-3", "RFC6191-4", "RFC6191-7", "SHLD-4", "MAY-2" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false, iss = 100000 })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true })
sim.link(peer, server, { delay = "1ms" })
server:app(function()
  local conn = server:listen(80):accept()
  conn:close()
end)

local function try(seq, stamp, opens)
  sim.sleep("1s")
  local absolute = 100000 + seq
  local options = stamp and "<mss 1460,TS val " .. stamp .. " ecr 0>" or "<mss 1460>"
  peer:send(string.format("S %d:%d(0) %s", absolute, absolute, options), { absolute = true, to = server, sport = 4000, dport = 80 })
  if opens then
    local answer = peer:expect("S.", { within = "100ms" })
    expect.truthy(answer)
    expect.equal(answer and answer.abs_ack, absolute + 1)
    peer:send(string.format("R %d:%d(0)", absolute + 1, absolute + 1), { absolute = true })
  else
    expect.truthy(peer:expect_nothing("100ms"))
  end
end

peer:app(function()
  peer:send("S 0:0(0) <mss 1460,TS val 500 ecr 0>", { to = server, sport = 4000, dport = 80 })
  peer:expect("S. 0:0(0) ack 1")
  peer:send(". 1:1(0) ack 1 <TS val 500 ecr 0>")
  peer:expect("F. 1:1(0) ack 1")
  peer:send("F. 1:1(0) ack 2 <TS val 500 ecr 0>")
  peer:expect(". 2:2(0) ack 2")
  try(5000, 499, false)
  try(1, 500, false) -- the number of the old FIN
  try(5000, 500, true)
  try(-50000, 501, true)
  try(5000, nil, true)
  try(1, nil, false)
end)
