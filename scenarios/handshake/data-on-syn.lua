-- Data on a SYN are kept, and delivered only when the connection stands. RFC 9293 3.4, 3.10.7.2.
--
-- The opener's SYN carries five octets: 0:5(5) counts the text after the SYN's own number, so these
-- are octets 1 to 5. The server keeps them, but its SYN,ACK acknowledges the SYN alone (ack 1), and
-- it must not hand them over before the handshake has shown that the SYN is no old duplicate. Its
-- application gets them at 0.030, with the third segment, 20 ms after they came, and only then says
-- ack 6. The opener is played by the script, so that it can be seen to send them once only; its SEQ
-- 6 in the third segment has the octets behind it.
sim.scenario {
  title = "Data on a SYN wait for the handshake",
  cites = { "RFC 9293 3.4", "RFC 9293 3.10.7.2", "UNL-4" },
}

local opener = sim.host("opener", { address = "10.0.0.1", tcp = false, iss = 1000 })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(opener, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.near(sim.now(), 0.030, 1e-9)
  expect.equal(conn:recv(), "early")
  expect.near(sim.now(), 0.030, 1e-9)
end)

opener:app(function()
  opener:send("S 0:5(5)", { to = server, dport = 80, payload = "early" })
  opener:expect("S. 0:0(0) ack 1")
  opener:send(". 6:6(0) ack 1")
  opener:expect(". 1:1(0) ack 6")
end)

expect.exchange [[
  0.000 opener > server: S 0:5(5)
  0.010 server > opener: S. 0:0(0) ack 1
  0.020 opener > server: . 6:6(0) ack 1
  0.030 server > opener: . 1:1(0) ack 6
]]
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
