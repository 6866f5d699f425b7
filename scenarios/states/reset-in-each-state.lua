-- RST in each of the states from ESTABLISHED on. RFC 9293 3.10.7.4, second check.
--
-- Seven connections, one a second. In each the scripted peer answers just as much as it takes to
-- bring the host into a state, and 0.5 s after the start sends a RST that stands exactly at
-- RCV.NXT. Always the connection goes to CLOSED at once and nothing is sent. The user is told
-- "connection reset", in TIME-WAIT alone no more: there both sides had already closed in order.
sim.scenario {
  title = "RST in ESTABLISHED, FIN-WAIT, CLOSE-WAIT, CLOSING, LAST-ACK and TIME-WAIT",
  cites = { "RFC 9293 3.5.3", "RFC 9293 3.10.7.4", "MUST-12", "RFC5961-2" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { address = "10.0.0.2", tcp = false })
sim.link(host, peer, { delay = "10ms" })

-- `close`: when the host closes. `answer`: what the peer sends 200 ms after the SYN.
local cases = {
  { state = "ESTABLISHED", path = "", rst = "R 1:1(0)" },
  { state = "FIN-WAIT-1", close = 0.1, path = " FIN-WAIT-1", rst = "R 1:1(0)" },
  { state = "FIN-WAIT-2", close = 0.1, answer = ". 1:1(0) ack 2",
    path = " FIN-WAIT-1 FIN-WAIT-2", rst = "R 1:1(0)" },
  { state = "CLOSE-WAIT", answer = "F. 1:1(0) ack 1",
    path = " CLOSE-WAIT", rst = "R 2:2(0)" },
  { state = "CLOSING", close = 0.1, answer = "F. 1:1(0) ack 1",
    path = " FIN-WAIT-1 CLOSING", rst = "R 2:2(0)" },
  { state = "LAST-ACK", close = 0.3, answer = "F. 1:1(0) ack 1",
    path = " CLOSE-WAIT LAST-ACK", rst = "R 2:2(0)" },
  { state = "TIME-WAIT", close = 0.1, answer = "F. 1:1(0) ack 2",
    path = " FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT", rst = "R 2:2(0)" },
}

for i, case in ipairs(cases) do
  local start, port = i - 1, 1000 + i

  host:app(function()
    sim.sleep(start)
    local conn = host:connect(peer, 80, { local_port = port })
    if case.close then
      sim.sleep(start + case.close - sim.now())
      conn:shutdown()
    end
    sim.sleep(start + 0.5 - sim.now())
    expect.equal(conn.state, case.state)
    expect.truthy(conn:wait("CLOSED"))
    expect.near(sim.now(), start + 0.510, 1e-9)
    local told = case.state ~= "TIME-WAIT" and "connection reset" or nil
    expect.equal(select(2, conn:recv()), told)
  end)

  peer:app(function()
    local flow = { to = host, sport = 80, dport = port }
    sim.sleep(start + 0.010)
    peer:send("S. 0:0(0) ack 1", flow)
    sim.sleep(0.190)
    if case.answer then peer:send(case.answer, flow) end
    sim.sleep(0.3)
    peer:send(case.rst, flow)
  end)

  for _, flags in ipairs { ".", "F.", "R", "R." } do
    expect.no_segment("host > peer: " .. flags, { after = start + 0.5, before = start + 0.999 })
  end
  expect.states(host, "CLOSED SYN-SENT ESTABLISHED" .. case.path .. " CLOSED", { nth = i })
end
