-- Data on the SYN at a server that keeps little of a SYN. RFC 4987 3.5, RFC 9293 3.10.7.2.
--
-- By RFC 9293 text on a SYN is queued until the connection is established (data-on-syn.lua). Kernels
-- do not: what they keep of a SYN has no room for it, and who may send it is not proven yet. With
-- syn_text = "drop" (the profiles of both kernels have it) it is neither stored nor acknowledged. The
-- client sends it again with its first ACK, so that nothing is lost but the octets on the wire; the peer on
-- port 81 does not, and the connection stands as if it had never sent any.
sim.scenario {
  title = "Data on the SYN that the server does not keep come again",
  cites = { "RFC 4987 3.5", "RFC 9293 3.10.7.2", "RFC4987-3" },
  allow = "unfinished",
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", syn_text = "drop" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:info().rcv_nxt, 6) -- with the ACK that establishes it came the text
  expect.equal(conn:recv(), "hello")
end)

client:app(function() client:connect(server, 80, { data = "hello" }) end)

-- Who does not send it again: nothing is there of it.
local peer = sim.host("peer", { address = "10.0.0.3", tcp = false })
sim.link(peer, server, { delay = "10ms" })
server:app(function()
  local conn = server:listen(81):accept()
  sim.sleep("1s")
  expect.equal(conn:info().rcv_nxt, 1)
end)
peer:app(function()
  peer:send("S 0:5(5)", { to = server, sport = 4000, dport = 81, payload = "hello" })
  peer:expect("S. 0:0(0) ack 1")
  peer:send(". 1:1(0) ack 1")
end)

expect.segment "0.000 client > server: SP 0:5(5)"
expect.segment "0.010 server > client: S. 0:0(0) ack 1"
expect.segment "0.020 client > server: P. 1:6(5) ack 1"
