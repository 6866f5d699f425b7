-- ECN end to end: the queue marks, the receiver echoes, the sender slows down. RFC 3168 6.1, RFC 8289 5.
--
-- Both hosts agree on ECN in the handshake (SYN with ECE and CWR, SYN,ACK with ECE), so data packets say ECT in their tos
-- octet, and CoDel marks where it would drop. The receiver sets ECE in each ACK until it sees CWR; the sender halves its
-- window as for a loss and says CWR with the next new data. Nothing is lost, nothing is sent twice: beside codel.lua the
-- same slowing down, without a gap for anybody.
sim.scenario {
  title = "CoDel and ECN: slower without a loss",
  cites = { "RFC 3168 6.1", "RFC 8289 5" },
}

local client = sim.host("client", { address = "10.0.0.1", ecn = true })
local server = sim.host("server", { address = "10.0.0.2", ecn = true })
sim.link(client, server, { delay = "10ms", rate = "1mbit", forward = { queue = "codel" } })

local sent = 100 * 1460

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(), sent)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(sent)
  conn:close()
end)

expect.segment("0.000 client > server: SEW 0:0(0)")
expect.segment("0.010352 server > client: SE. 0:0(0) ack 1")
-- The first mark: four ACKs say ECE, until CWR has come.
expect.segment("0.255344 server > client: E. 1:1(0) ack 26281")
expect.segment("0.337664 client > server: W. 39421:40881(1460)")
expect.segment("0.375344~0.500 server > client: . 1:1(0) ack 40881")
-- Where codel.lua loses four, nothing is sent twice.
expect.count("client > server: . 24821:26281(1460)", 1)
expect.count("client > server: W. 39421:40881(1460)", 1)
expect.count("server > client: E. 1:1(0)", 11)
expect.count("* client > server: W. 71541:73001(1460)", 1)
