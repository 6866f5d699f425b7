-- What "MSS" bounds: the text of a segment, by both sides' limits. RFC 9293 3.7.1, RFC 6691.
--
-- Three connections over one link of MTU 1500. A peer that announces no MSS gets 536 octets at a time
-- (1220 over IPv6), whatever the link could carry. One that announces 9000 gets 1460: the MSS says
-- what the peer can reassemble, the link what fits. One that announces 1000 gets 1000.
sim.scenario {
  title = "How large a segment may be",
  cites = { "RFC 9293 3.7.1", "RFC 6691", "MUST-15", "MUST-16", "SHLD-28", "RFC1122-9" },
}

local peer = sim.host("peer", { tcp = false, address = { "10.0.0.1", "fd00::1" } })
local server = sim.host("server", { address = { "10.0.0.2", "fd00::2" } })
sim.link(peer, server)

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 3 do listener:accept():send(3000) end
end)

local function opens(port, options, largest)
  peer:send("S 0:0(0) win 65535 " .. options, { to = server, sport = port, dport = 80 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1 <mss 1460>"))
  peer:send(". 1:1(0) ack 1 win 65535")
  local first = ". 1:" .. (1 + largest) .. "(" .. largest .. ") ack 1"
  expect.truthy(peer:expect(first, { within = "1ms" }))
  peer:send("R 1:1(0)")
  sim.sleep("10ms")
end

peer:app(function()
  opens(4001, "<>", 536)
  opens(4002, "<mss 9000>", 1460)
  opens(4003, "<mss 1000>", 1000)
end)
