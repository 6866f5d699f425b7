-- What D-SACK tells the sender: its data came twice, and no ACK of that is a sign of a loss.
-- RFC 2883 4, 5.
--
-- The network copies three segments. Each copy draws an ACK that repeats the last number: three
-- duplicate ACKs, which would start a fast retransmit. Their first block lies below the number that
-- they acknowledge, so they report duplicates and are not counted; nothing is sent again, and the
-- window is not halved. The client without SACK, to which nothing is reported, takes the same three
-- ACKs for a loss while its next data are under way.
sim.scenario {
  title = "Copies are reported, and do not look like a loss",
  cites = { "RFC 2883 5", "RFC5681-12" },
}

local server = sim.host("server", { address = "10.0.0.9", sack = true, dsack = true, delayed_ack = false })
server:app(function()
  local listener = server:listen(80)
  local conns = { listener:accept(), listener:accept() }
  for _, conn in ipairs(conns) do expect.equal(conn:discard(8000), 8000) end
end)

local function transfer(name, number, sack, repeated)
  local client = sim.host(name, { address = "10.0.0." .. number, sack = sack, initial_window = 4, mss = 1000 })
  sim.link(client, server, { delay = "10ms", mtu = 1040 })
  for i = 1, 3 do
    sim.duplicate { from = client, pattern = string.format(". %d:%d(1000)", 1000 * i - 999, 1000 * i + 1), gap = (10 + i) .. "ms" }
  end
  client:app(function()
    local conn = client:connect(server, 80)
    conn:send(8000)
    sim.sleep("500ms")
    local info = conn:info()
    expect.equal(info.total_retransmits, repeated)
    expect.equal(info.dsacks, sack and 3 or 0)
    conn:abort()
  end)
end
transfer("with", 1, true, 0)
transfer("without", 2, false, 1)
