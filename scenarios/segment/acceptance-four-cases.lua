-- Which segments a receiver looks at: the four cases of RFC 9293 3.4, with a window and without.
--
-- A peer played by the script sends segments to a server whose window is 1000 octets, RCV.NXT = 1,
-- so that 1 to 1000 are inside. Empty segments are acceptable from 1 to 1000, segments with text when
-- their first or their last octet lies inside. What is not acceptable draws an ACK that says what
-- would be (its time tells which segment drew it); an acceptable empty one draws nothing. Then the
-- peer fills the window. Now only an empty segment at RCV.NXT is acceptable, and text never is.
sim.scenario {
  title = "The acceptance test, case by case",
  cites = { "RFC 9293 3.4", "UNL-3", "UNL-7", "UNL-13" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", recv_buffer = 1000 })
sim.link(peer, server)

server:app(function()
  local conn = server:listen(80):accept()
  conn:wait("CLOSED", "1min")
end)

local function drawn(segment, answer) -- each of these draws that answer, at once
  peer:send(segment)
  expect.truthy(peer:expect(answer, { within = "1ms" }))
end
local function accepted(segment) -- and each of these none
  peer:send(segment)
  expect.truthy(peer:expect_nothing("1ms"))
end

peer:app(function()
  peer:send("S 0:0(0) win 65535", { to = server, sport = 4000, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1 win 1000"))
  peer:send(". 1:1(0) ack 1 win 65535")
  sim.sleep("100ms")

  -- SEG.LEN = 0, RCV.WND > 0: RCV.NXT =< SEG.SEQ < RCV.NXT + RCV.WND
  accepted(". 1:1(0) ack 1 win 65535")
  accepted(". 1000:1000(0) ack 1 win 65535")
  drawn(". 1001:1001(0) ack 1 win 65535", ". 1:1(0) ack 1 win 1000")
  drawn(". 0:0(0) ack 1 win 65535", ". 1:1(0) ack 1 win 1000")

  -- SEG.LEN > 0, RCV.WND > 0: the first or the last octet is inside. The ACK of text that begins
  -- beyond RCV.NXT asks for what is missing; the octets are kept.
  drawn(". 1001:1101(100) ack 1 win 65535", ". 1:1(0) ack 1 win 1000")
  drawn(". 901:1101(200) ack 1 win 65535", ". 1:1(0) ack 1 win 1000")
  drawn(". 0:1(1) ack 1 win 65535", ". 1:1(0) ack 1 win 1000")
  peer:send(". 0:901(901) ack 1 win 65535") -- its end is inside: with the 100 kept the window is full
  expect.truthy(peer:expect(". 1:1(0) ack 1001 win 0", { within = "1ms" }))

  -- SEG.LEN = 0, RCV.WND = 0: SEG.SEQ = RCV.NXT
  accepted(". 1001:1001(0) ack 1 win 65535")
  drawn(". 1002:1002(0) ack 1 win 65535", ". 1:1(0) ack 1001 win 0")
  drawn(". 1000:1000(0) ack 1 win 65535", ". 1:1(0) ack 1001 win 0")

  -- SEG.LEN > 0, RCV.WND = 0: not acceptable
  drawn(". 1001:1002(1) ack 1 win 65535", ". 1:1(0) ack 1001 win 0")
  peer:send("R 1001:1001(0)")
end)
