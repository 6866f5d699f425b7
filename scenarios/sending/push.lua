-- PSH marks the end of what the application gave, and pieces that wait are joined. RFC 9293 3.9.1.2.
--
-- Four sends at once: 100 octets, then 1000, 1000 and 900 while the first is unacknowledged. The first
-- leaves alone, marked P: a sender without a PUSH call must not keep it back for ever. The others wait
-- behind it (Nagle) but for whole segments: 2900 octets make one full segment of 1460, in which the
-- second send ends, and the rest of 1440 waits for the ACK. The boundaries of the sends are not on the
-- wire, only that one lies within. On the second connection two sends say push = false: the first is not
-- marked, nor held for long: it leaves when the ACK comes, and the mark of the last send stands alone.
-- The receiver can see where the last mark stood: rcv_push of `info`, here at the end of the stream.
sim.scenario {
  title = "PSH: where a send ends, and how sends are joined",
  cites = { "RFC 9293 3.9.1.2", "MUST-60", "MUST-61", "SHLD-27", "SHLD-28", "MAY-15", "MAY-16", "MAY-17" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", delayed_ack = false })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  for nth = 1, 2 do
    local conn = listener:accept()
    conn:discard()
    expect.equal(conn:info().rcv_push, nth == 1 and 3001 or 301, { shows = "MAY-17" })
    conn:close()
  end
end)

client:app(function()
  local conn = client:connect(server, 80, { local_port = 5000 })
  for _, count in ipairs { 100, 1000, 1000, 900 } do conn:send(count) end
  sim.sleep("1s")
  conn:close()
  conn = client:connect(server, 80, { local_port = 5001 })
  conn:send(100, { push = false })
  conn:send(100, { push = false })
  conn:send(100)
  sim.sleep("1s")
  conn:close()
end)

expect.exchange [[
  ...
  0.020 client > server: P. 1:101(100) ack 1
  0.020 client > server: P. 101:1561(1460) ack 1
  0.030 server > client: . 1:1(0) ack 1561
  0.040 client > server: P. 1561:3001(1440) ack 1
  ...
]]
expect.segment("client.5001 > server.80: . 1:101(100)")
expect.segment("client.5001 > server.80: P. 101:301(200)", { shows = "MUST-60" })
expect.no_segment("client.5001 > server.80: P. 1:101(100)")
