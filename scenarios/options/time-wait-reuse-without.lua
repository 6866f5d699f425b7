-- Which SYNs leave TIME-WAIT when the old connection had no timestamps. RFC 6191 2.
--
-- The server uses timestamps, the old connection did not, as its peer asked for none. A SYN that has
-- one now is surely new, whatever its number. One without must stand beyond the old FIN; else it is
-- dropped without a word, so that two ends do not answer each other. On a connection in any other
-- state a SYN is what it always was: it draws a challenge.
sim.scenario {
  title = "TIME-WAIT without timestamps is left by number",
  cites = { "RFC 6191 2", "RFC6191-5", "RFC6191-6", "RFC6191-8" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false, iss = 100000 })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true })
sim.link(peer, server, { delay = "1ms" })
server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("100ms")
  conn:close()
end)

local function try(seq, options, opens)
  local absolute = 100000 + seq
  peer:send(string.format("S %d:%d(0) %s", absolute, absolute, options), { absolute = true, to = server, sport = 4000, dport = 80 })
  if opens then
    local answer = peer:expect("S.", { within = "100ms" })
    expect.equal(answer and answer.abs_ack, absolute + 1)
    peer:send(string.format("R %d:%d(0)", absolute + 1, absolute + 1), { absolute = true })
  else
    expect.truthy(peer:expect_nothing("100ms"))
  end
  sim.sleep("1s")
end

peer:app(function()
  peer:send("S 0:0(0) <mss 1460>", { to = server, sport = 4000, dport = 80 })
  peer:expect("S. 0:0(0) ack 1 <mss 1460>")
  peer:send(". 1:1(0) ack 1")
  peer:send("S 5000:5000(0) <mss 1460,TS val 5 ecr 0>") -- ESTABLISHED: a challenge
  peer:expect(". 1:1(0) ack 1")
  peer:expect("F. 1:1(0) ack 1")
  peer:send("F. 1:1(0) ack 2")
  peer:expect(". 2:2(0) ack 2")
  try(-50000, "<mss 1460,TS val 5 ecr 0>", true)
  try(5000, "<mss 1460>", true)
  try(1, "<mss 1460>", false)
  try(-7, "<mss 1460>", false)
end)
expect.segment("server > peer: . 1:1(0) ack 1", { before = 0.05, shows = "RFC6191-8" })
