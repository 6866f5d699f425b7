-- Timestamps from the past, in each state. RFC 7323 5, RFC 9293 3.10.7.4, first check.
--
-- Both sides have agreed on timestamps, and the last one that the peer sent was 1000. A segment that
-- says 900 is an old duplicate, though its numbers fit: it is dropped, and an ACK says what is expected, in
-- each state. A RST is taken all the same, without any timestamp, as the last segment of each visit shows.
sim.scenario {
  title = "PAWS in each state",
  cites = { "RFC 7323 5", "RFC 9293 3.10.7.4", "RFC7323-17", "RFC7323-18" },
}

local host = sim.host("host", { address = "10.0.0.1", timestamps = true, timestamp_offset = 0 })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

local flow = { to = host, sport = 80, dport = 5000 }
local function stamped(flags, seq, len, ack, value)
  local text = ("%s %d:%d(%d) ack %d win 65535 <TS val %d ecr 0>"):format(flags, seq, seq + len, len, ack, value)
  peer:send(text, flow)
end
local function draws(pattern)
  expect.truthy(peer:expect(pattern, { within = "1ms", next = true }))
  expect.truthy(peer:expect_nothing("1ms"))
end

-- How the connection comes to each state; `seq` and `ack`, what the peer then says.
local ways = {
  { state = "SYN-RECEIVED", seq = 1, ack = 1 },
  { state = "ESTABLISHED", seq = 1, ack = 1 },
  { state = "FIN-WAIT-1", seq = 1, ack = 1, close = true },
  { state = "FIN-WAIT-2", seq = 1, ack = 2, close = true, then_ack = true },
  { state = "CLOSE-WAIT", seq = 2, ack = 1, fin = true },
  { state = "CLOSING", seq = 2, ack = 1, close = true, fin = true },
  { state = "LAST-ACK", seq = 2, ack = 1, fin = true, close_after = true },
  { state = "TIME-WAIT", seq = 2, ack = 2, close = true, then_ack = true, fin = true },
}

local function reach(conn, way)
  if way.close then
    conn:shutdown()
    expect.truthy(peer:expect("F. 1:1(0)"))
  end
  if way.then_ack then stamped(".", 1, 0, 2, 1000) end
  if way.fin then
    stamped("F.", 1, 0, way.close and way.then_ack and 2 or 1, 1000)
    expect.truthy(peer:expect("."))
  end
  if way.close_after then
    conn:shutdown()
    expect.truthy(peer:expect("F. 1:1(0)"))
  end
  sim.sleep("1ms")
end

peer:app(function()
  for i, way in ipairs(ways) do
    flow.dport = 5000 + i
    local conn = host:connect(peer, 80, { local_port = flow.dport, wait = false })
    expect.truthy(peer:expect("S 0:0(0)"))
    if way.state == "SYN-RECEIVED" then
      peer:send("S 0:0(0) win 65535 <TS val 1000 ecr 0>", flow)
      expect.truthy(peer:expect("S. 0:0(0) ack 1"))
    else
      peer:send("S. 0:0(0) ack 1 win 65535 <TS val 1000 ecr 0>", flow)
      expect.truthy(peer:expect(". 1:1(0) ack 1"))
      reach(conn, way)
    end
    expect.equal(conn.state, way.state)
    stamped(".", way.seq, 10, way.ack, 900)
    local next_seq = conn:info().snd_nxt
    draws((". %d:%d(0) ack %d"):format(next_seq, next_seq, way.seq))
    expect.equal(conn.state, way.state)
    peer:send(("R %d:%d(0)"):format(way.seq, way.seq), flow)
    sim.sleep("10ms")
    expect.equal(conn.state, "CLOSED", { shows = "RFC7323-18" })
  end
end)
