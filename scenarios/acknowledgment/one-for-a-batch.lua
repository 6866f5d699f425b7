-- Segments that are processed together are acknowledged together. RFC 9293 3.10.7.4.
--
-- The link's rate is unlimited, so four segments that leave at one instant also arrive at one: the
-- receiver takes all of them before it answers, and answers once. Over the second link, at 10 Mbit/s,
-- the same four arrive one by one, 0.8 ms apart: every second one draws an ACK. And an ACK drawn by
-- text rides on what the application sends at that instant.
sim.scenario {
  title = "One ACK for segments that arrive together",
  cites = { "RFC 9293 3.10.7.4", "MUST-58", "MUST-59", "SHLD-18", "SHLD-19" },
}

local server = sim.host("server", { address = "10.0.0.9", mss = 1000 })
local fast = sim.host("fast", { address = "10.0.0.1" })
local slow = sim.host("slow", { address = "10.0.0.2" })
sim.link(fast, server, { delay = "10ms" })
sim.link(slow, server, { delay = "10ms", forward = { rate = "10mbit" } })

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 2 do
    local conn = listener:accept()
    expect.equal(conn:discard(4000), 4000)
    conn:send("thanks")
    conn:close()
  end
end)

local function sends(host, start)
  host:app(function()
    sim.sleep(start)
    local conn = host:connect(server, 80)
    conn:send(4000)
    expect.equal(conn:recv(), "thanks")
    conn:close()
  end)
end
sends(fast, 0)
sends(slow, "1s")

expect.count("server > fast: . 1:1(0)", 1)
expect.segment("0.030 server > fast: . 1:1(0) ack 4001")
expect.segment("server > slow: . 1:1(0) ack 2001")
expect.segment("server > slow: . 1:1(0) ack 4001")
