-- A middlebox resets a connection, and does not keep state: RFC 5961 9.2.
--
-- The box sends its RST with the number of the last segment that it saw. Inside the window and not
-- exact, it draws a challenge ACK that the box swallows; the next RST of the box is no better. The
-- text of 9.2 lets the end send an ACK for each of three RSTs, 500, 800 and so on, with RCV.NXT = 300
-- and a window of 500. By the rule of 3.2 the second lies one beyond the window, [300,800), and is
-- dropped silently: here one ACK is seen, and the connection lives on.
sim.scenario {
  title = "RFC 5961 9.2: a middlebox's RST, in the window and one beyond it",
  cites = { "RFC 5961 9.2", "RFC 5961 3.2", "RFC5961-1", "RFC5961-3" },
}

local a = sim.host("A", { address = "10.0.0.1", iss = 99, window = 500 })
local b = sim.host("B", { address = "10.0.0.2", iss = 299 })
sim.link(a, b, { delay = "10ms" })

local function reset(time, seq)
  sim.at(time, function()
    sim.inject { from = b, to = a, absolute = true, segment = ("R %d:%d(0)"):format(seq, seq) }
  end)
end
reset("1s", 500)
reset("2s", 800)

b:app(function()
  local conn = b:listen(80):accept()
  expect.equal(conn:recv(), "still here")
end)
a:app(function()
  local conn = a:connect(b, 80)
  sim.sleep(3 - sim.now())
  expect.equal(conn.state, "ESTABLISHED")
  conn:send("still here")
end)

expect.segment("1.010 A > B: . 100:100(0) ack 300 win 500", { absolute = true })
expect.no_segment("A > B: .", { after = 2, before = 3 })
