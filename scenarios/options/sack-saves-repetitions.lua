-- After a timeout what the receiver holds is not sent again, as soon as it says so again. RFC 2018 5.
--
-- Ten segments; the first, the fourth and the last three are lost, and so is the fast repetition of
-- the first. The timer sends the first again (1.020). It also forgets what was reported: the receiver
-- might have thrown it away. The ACK of the repetition (3001) reports the fifth to the seventh anew, and
-- slow start goes on with the fourth and the last three; what the receiver holds stays unsent. The
-- host without SACK has no such knowledge: behind the fourth it sends the fifth a second time.
sim.scenario {
  title = "SACK spares what has arrived",
  cites = { "RFC 2018 5", "RFC2018-9", "RFC2018-11", "RFC 6582 3.2" },
}

local server = sim.host("server", { address = "10.0.0.9", sack = true, delayed_ack = false })

local function transfer(name, sack)
  local client = sim.host(name, { address = sack and "10.0.0.1" or "10.0.0.2", sack = sack, initial_window = 10, mss = 1000 })
  sim.link(client, server, { delay = "10ms", mtu = 1040 })
  for _, seq in ipairs { 3001, 7001, 8001 } do
    sim.drop { from = client, pattern = string.format(". %d:%d(1000)", seq, seq + 1000), nth = 1 }
  end
  sim.drop { from = client, pattern = ". 1:1001(1000)", nth = { 1, 2 } }
  sim.drop { from = client, pattern = "P. 9001:10001(1000)", nth = 1 }
  client:app(function()
    local conn = client:connect(server, 80)
    conn:send(10000)
    sim.sleep("1.5s")
    expect.equal(conn:info().flight, 0)
    conn:abort()
  end)
  return client
end

local with = transfer("with", true)
local without = transfer("without", false)
server:app(function()
  local listener = server:listen(80)
  local first, second = listener:accept(), listener:accept()
  first:discard(10000)
  second:discard(10000)
end)

expect.count("with > server: . 4001:5001(1000)", 1)
expect.count("without > server: . 4001:5001(1000)", 2)
for seq = 1001, 9001, 1000 do
  local lost = seq == 3001 or seq >= 7001
  expect.count(string.format("with > server: . %d:%d(1000)", seq, seq + 1000), lost and 2 or 1)
end
