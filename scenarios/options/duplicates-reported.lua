-- D-SACK: the first block tells which octets came twice. The six examples of RFC 2883 4.
--
-- Each example runs on a connection of its own; "lost" and "dropped" are segments and ACKs that the
-- peer simply does not send or look at. A block at or below the ACK, or one that lies within the block
-- after it, cannot be news: it is the report of a duplicate. The sender learns from it that a
-- repetition was not needed, or that the network copies.
sim.scenario {
  title = "Reports of duplicates, the examples of RFC 2883",
  cites = { "RFC 2883 4.1", "RFC 2883 4.2" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local server = sim.host("server", { address = "10.0.0.2", sack = true, dsack = true, delayed_ack = false })
sim.link(peer, server, { delay = "1ms", mtu = 9000 })
server:app(function()
  local listener = server:listen(80)
  for _ = 1, 6 do listener:accept() end
end)

local port = 4000
local function example(first, steps)
  port = port + 1
  peer:send("S 0:0(0) <mss 1460,sackOK>", { to = server, sport = port, dport = 80 })
  peer:expect("S. 0:0(0) ack 1")
  peer:send(". 1:1(0) ack 1")
  peer:send(string.format(". 1:%d(%d) ack 1", first, first - 1))
  peer:expect(". 1:1(0) ack " .. first)
  for _, step in ipairs(steps) do
    local from, to, ack, blocks = table.unpack(step)
    peer:send(string.format(". %d:%d(%d) ack 1", from, to, to - from))
    expect.truthy(peer:expect(". 1:1(0) ack " .. ack .. (blocks and " <sack " .. blocks .. ">" or " <>"), { next = true }))
  end
  peer:send("R " .. steps[#steps][3] .. ":" .. steps[#steps][3] .. "(0)")
end

peer:app(function()
  example(3000, { -- 4.1.1: a duplicate segment
    { 3000, 3500, 3500 },
    { 3500, 4000, 4000 },
    { 3000, 3500, 4000, "3000:3500" },
  })
  example(3000, { -- 4.1.2: an out-of-order segment and a duplicate one
    { 3000, 3500, 3500 },
    { 3500, 4000, 4000 },
    { 4500, 5000, 4000, "4500:5000" },
    { 3000, 3500, 4000, "3000:3500 4500:5000" },
  })
  example(3500, { -- 4.1.3: a duplicate of an out-of-order segment
    { 3500, 4000, 4000 },
    { 4500, 5000, 4000, "4500:5000" },
    { 5000, 5500, 4000, "4500:5500" },
    { 5000, 5500, 4000, "5000:5500 4500:5500" },
  })
  example(500, { -- 4.2.1: one part of the segment was there
    { 500, 1000, 1000 },
    { 2000, 2500, 1000, "2000:2500" },
    { 1000, 1500, 1500, "2000:2500" },
    { 1000, 2000, 2500, "1000:1500" },
  })
  example(500, { -- 4.2.2: two parts, below the ACK: the first is reported
    { 500, 1000, 1000 },
    { 3000, 3500, 1000, "3000:3500" },
    { 1000, 1500, 1500, "3000:3500" },
    { 2000, 2500, 1500, "2000:2500 3000:3500" },
    { 1000, 2500, 2500, "1000:1500 3000:3500" },
  })
  example(500, { -- 4.2.3: two parts, above the ACK
    { 500, 1000, 1000 },
    { 1500, 2000, 1000, "1500:2000" },
    { 2500, 3000, 1000, "2500:3000 1500:2000" },
    { 1500, 3000, 1000, "1500:2000 1500:3000" },
  })
end)
