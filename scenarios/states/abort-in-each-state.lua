-- ABORT in each of the states from SYN-SENT on. RFC 9293 3.10.5.
--
-- Nine connections, one a second, brought into their states by a scripted peer; 0.5 s after its
-- start each is aborted. While the peer may still count on the connection (SYN-RECEIVED,
-- ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT) a RST with SEQ = SND.NXT tells it. In SYN-SENT
-- the TCB is deleted without a word, and so it is in CLOSING, LAST-ACK and TIME-WAIT, where the
-- peer has closed and so have we.
sim.scenario {
  title = "ABORT in each state",
  cites = { "RFC 9293 3.9.1.6", "RFC 9293 3.10.5" },
}

local host = sim.host("host", { address = "10.0.0.1" })
local peer = sim.host("peer", { address = "10.0.0.2", tcp = false })
sim.link(host, peer, { delay = "10ms" })

-- `syn`: how the peer answers the SYN. `close`: when the host closes. `answer`: what the peer sends
-- 200 ms after the SYN. `rst`: what the host must send.
local open = "CLOSED SYN-SENT ESTABLISHED"
local cases = {
  { state = "SYN-SENT", silent = true, path = "CLOSED SYN-SENT" },
  { state = "SYN-RECEIVED", syn = "S 0:0(0)",
    path = "CLOSED SYN-SENT SYN-RECEIVED", rst = "R 1:1(0)" },
  { state = "ESTABLISHED", path = open, rst = "R 1:1(0)" },
  { state = "FIN-WAIT-1", close = 0.1, path = open .. " FIN-WAIT-1", rst = "R 2:2(0)" },
  { state = "FIN-WAIT-2", close = 0.1, answer = ". 1:1(0) ack 2",
    path = open .. " FIN-WAIT-1 FIN-WAIT-2", rst = "R 2:2(0)" },
  { state = "CLOSE-WAIT", answer = "F. 1:1(0) ack 1",
    path = open .. " CLOSE-WAIT", rst = "R 1:1(0)" },
  { state = "CLOSING", close = 0.1, answer = "F. 1:1(0) ack 1",
    path = open .. " FIN-WAIT-1 CLOSING" },
  { state = "LAST-ACK", close = 0.3, answer = "F. 1:1(0) ack 1",
    path = open .. " CLOSE-WAIT LAST-ACK" },
  { state = "TIME-WAIT", close = 0.1, answer = "F. 1:1(0) ack 2",
    path = open .. " FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" },
}

for i, case in ipairs(cases) do
  local start, port = i - 1, 1000 + i

  host:app(function()
    sim.sleep(start)
    local conn = host:connect(peer, 80, { local_port = port, wait = false })
    if case.close then
      sim.sleep(start + case.close - sim.now())
      conn:shutdown()
    end
    sim.sleep(start + 0.5 - sim.now())
    expect.equal(conn.state, case.state)
    expect.equal(conn:abort(), true)
    expect.equal(conn.state, "CLOSED")
  end)

  if not case.silent then
    peer:app(function()
      local flow = { to = host, sport = 80, dport = port }
      sim.sleep(start + 0.010)
      peer:send(case.syn or "S. 0:0(0) ack 1", flow)
      sim.sleep(0.190)
      if case.answer then peer:send(case.answer, flow) end
    end)
  end

  local from = "host." .. port .. " > peer.80: "
  if case.rst then
    expect.segment(from .. case.rst, { after = start + 0.4999, before = start + 0.5001 })
  end
  expect.count(from .. "R", case.rst and 1 or 0)
  expect.states(host, case.path .. " CLOSED", { nth = i })
end
