-- The three examples of RFC 2018: which blocks a receiver reports, and in which order.
--
-- A sender has left edge 5000 and sends eight segments of 500 octets. In the first case the last four
-- are lost: the receiver has no gap and says nothing. In the second the first one is lost: each of the
-- seven others draws an ACK, and one block grows. In the third the second, fourth, sixth and eighth
-- are lost: the newest block stands first, and what was reported before is repeated behind it. Then
-- the fourth arrives late and joins two blocks; then the second, and the ACK moves.
sim.scenario {
  title = "SACK blocks, the examples of RFC 2018",
  cites = { "RFC 2018 7", "RFC2018-3", "RFC2018-4", "RFC2018-5", "RFC2018-7", "RFC2018-8" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local server = sim.host("server", { address = "10.0.0.2", sack = true, delayed_ack = false })
sim.link(peer, server, { delay = "1ms", mtu = 9000 })
server:app(function()
  local listener = server:listen(80)
  for _ = 1, 3 do listener:accept() end
end, { daemon = true })

local port = 4000
local function case(steps)
  port = port + 1
  peer:send("S 0:0(0) <mss 1460,sackOK>", { to = server, sport = port, dport = 80 })
  peer:expect("S. 0:0(0) ack 1")
  peer:send(". 1:1(0) ack 1")
  peer:send(". 1:5000(4999) ack 1")
  peer:expect(". 1:1(0) ack 5000 <>")
  for _, step in ipairs(steps) do
    peer:send(string.format(". %d:%d(500) ack 1", step[1], step[1] + 500))
    expect.truthy(peer:expect(". 1:1(0) ack " .. step[2] .. (step[3] and " <sack " .. step[3] .. ">" or " <>"), { next = true }))
  end
  peer:send("R " .. steps[#steps][2] .. ":" .. steps[#steps][2] .. "(0)")
end

peer:app(function()
  case { -- 7500 to 8500 are lost
    { 5000, 5500 }, { 5500, 6000 }, { 6000, 6500 }, { 6500, 7000 },
  }
  case { -- 5000 is lost
    { 5500, 5000, "5500:6000" },
    { 6000, 5000, "5500:6500" },
    { 6500, 5000, "5500:7000" },
    { 7000, 5000, "5500:7500" },
    { 7500, 5000, "5500:8000" },
    { 8000, 5000, "5500:8500" },
    { 8500, 5000, "5500:9000" },
  }
  case { -- 5500, 6500, 7500 and 8500 are lost
    { 5000, 5500 },
    { 6000, 5500, "6000:6500" },
    { 7000, 5500, "7000:7500 6000:6500" },
    { 8000, 5500, "8000:8500 7000:7500 6000:6500" },
    { 6500, 5500, "6000:7500 8000:8500" }, -- the fourth, late
    { 5500, 7500, "8000:8500" },           -- the second, later
  }
end)
