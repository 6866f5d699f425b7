-- Urgent data of any length, and a mark that moves on. RFC 9293 3.8.5, MUST-31, MUST-32.
--
-- 3000 octets are urgent, three segments of them: each names the same mark, so the pointer shrinks
-- from 3000 to 2000 to 1000. Then 500 more follow: the mark moves to 3501, and the reader, who is
-- still in urgent mode, hears of it again. A pointer that recedes says nothing: of the two forged
-- segments at 0.2 s the first moves the mark to 3601, the second does not move it back.
sim.scenario {
  title = "The urgent mark moves on, never back",
  cites = { "RFC 9293 3.8.5", "UNL-14", "MUST-47", "UNL-28", "MUST-31", "MUST-32", "UNL-24" },
}

local client = sim.host("client", { address = "10.0.0.1", nagle = false })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:urgent(), 3000)
  sim.sleep(0.15 - sim.now())
  expect.equal(conn:urgent(), 3500)
  sim.sleep(0.25 - sim.now())
  expect.equal(conn:urgent(), 3600)
  conn:discard(3400)
  expect.equal(conn:urgent(), 200)
  conn:discard(100)
  expect.equal(conn:urgent(), 100)  -- announced, and never sent
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(3000, { urgent = true })
  sim.sleep(0.1 - sim.now())
  conn:send(500, { urgent = true })
end)

-- In order, and ahead of the mark: 3501 + 100. Then one that names less.
sim.at("200ms", function()
  sim.inject { from = client, to = server, segment = ".U 3501:3501(0) ack 1 urg 100" }
  sim.inject { from = client, to = server, segment = ".U 3501:3501(0) ack 1 urg 7" }
end)

expect.segment("client > server: .U 1:1001(1000) ack 1 urg 3000")
expect.segment("client > server: .U 1001:2001(1000) ack 1 urg 2000")
expect.segment("client > server: P.U 2001:3001(1000) ack 1 urg 1000")
expect.segment("client > server: P.U 3001:3501(500) ack 1 urg 500", { shows = "MUST-31" })
