-- Which timestamp an ACK echoes: that of the segment which made it due. RFC 7323 4.3.
--
-- The two examples of the RFC, with segments of 100 octets and the peer's values 1, 2, 3 … in the
-- order of sending. One ACK for several segments echoes the earliest (the delay is a part of the
-- round trip). An ACK from before a gap repeats the last value that was in order, and the segment
-- that fills the gap is echoed although others with greater values came first.
sim.scenario {
  title = "The timestamp that is echoed",
  cites = { "RFC 7323 4.3", "RFC7323-14", "RFC7323-15" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local delays = sim.host("delays", { address = "10.0.0.2", timestamps = true })
local answers = sim.host("answers", { address = "10.0.0.3", timestamps = true, delayed_ack = false })
sim.link(peer, delays, { delay = "1ms" })
sim.link(peer, answers, { delay = "1ms" })

local function open(server)
  server:app(function() server:listen(80):accept():discard(200) end)
  peer:send("S 0:0(0) <mss 1460,TS val 0 ecr 0>", { to = server, sport = 4000, dport = 80 })
  local answer = peer:expect("S. 0:0(0) ack 1")
  local theirs = answer.options:match("TS val (%d+)")
  local function text(value) return "<TS val " .. value .. " ecr " .. theirs .. ">" end
  peer:send(". 1:1(0) ack 1 " .. text(0))
  return function(seq, value)
    peer:send(string.format(". %d:%d(100) ack 1 %s", seq, seq + 100, text(value)))
  end, function(ack, value)
    local segment = peer:expect(". 1:1(0) ack " .. ack)
    expect.equal(segment.options:match("ecr (%d+)"), value)
  end
end

peer:app(function()
  -- A, B and C arrive in order; the ACK is delayed.
  local send, ack = open(delays)
  send(1, 1)
  send(101, 2)
  send(201, 3)
  ack(301, "1")
  peer:send("R 301:301(0)")

  -- A, then C, B, E, D.
  send, ack = open(answers)
  send(1, 1)
  ack(101, "1")
  send(201, 3)
  ack(101, "1")
  send(101, 2)
  ack(301, "2")
  send(401, 5)
  ack(301, "2")
  send(301, 4)
  ack(501, "4")
  peer:send("R 501:501(0)")
end)
