-- A RST may carry text, and counts all the same. RFC 9293 3.5.3.
--
-- Some hosts explain themselves in the RST: the octets are for a person who reads the trace. The peer's RST
-- has the exact number and twelve octets behind it. The connection is reset, the twelve octets are not
-- delivered, and nothing is answered.
sim.scenario {
  title = "A RST with data resets",
  cites = { "RFC 9293 3.5.3", "SHLD-2", "UNL-9", "UNL-17" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(peer, server)

server:app(function()
  local conn = server:listen(80):accept()
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "connection reset")
end)

peer:app(function()
  peer:send("S 0:0(0) win 65535", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 1:1(0) ack 1 win 65535")
  sim.sleep("100ms")
  peer:send("R 1:13(12)", { payload = "out of order" })
  expect.truthy(peer:expect_nothing("1s"))
end)

expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
