-- After several timeouts what was known of the path may be forgotten. RFC 6298 5, RFC6298-17.
--
-- Both clients measured a round trip of 20 ms; then their links fail for nine seconds and come back with a
-- path of 1.2 s. Three timeouts have passed by then. The first client keeps its SRTT: the next sample moves
-- it by an eighth, and its RTO of 1.3775 s is hardly more than the round trip. The second one, with
-- rto_forget = 3, begins anew: SRTT = 1.2 s, RTTVAR = 0.6 s, RTO = 3.6 s.
sim.scenario {
  title = "SRTT is forgotten after three timeouts",
  cites = { "RFC 6298 5", "RFC6298-17" },
}

local server = sim.host("server", { address = "10.0.0.9", delayed_ack = false })
local clients = {
  { name = "keeps", forget = false, srtt = 0.1675, rto = 1.3775 },
  { name = "forgets", forget = 3, srtt = 1.2, rto = 3.6 },
}
for i, case in ipairs(clients) do
  local client = sim.host(case.name, { address = "10.0.0." .. i, rto_forget = case.forget })
  local link = sim.link(client, server, { delay = "10ms" })
  sim.at("1s", function() link:down() end)
  sim.at("10s", function()
    link:set { delay = "600ms" }
    link:up()
  end)

  client:app(function()
    local conn = client:connect(server, 80)
    sim.sleep(1.5 - sim.now())
    conn:send(100)                    -- lost, and again at 2.5, 4.5 and 8.5 s
    sim.sleep(9 - sim.now())
    expect.near(conn:info().rto, 8, 1e-9)
    expect.equal(conn:info().srtt == nil, case.forget == 3, { shows = "RFC6298-17" })
    sim.sleep(20 - sim.now())
    conn:send(100)
    sim.sleep("2s")
    expect.near(conn:info().srtt, case.srtt, 1e-6)
    expect.near(conn:info().rto, case.rto, 1e-6)
    conn:close()
  end)
end

server:app(function()
  local listener = server:listen(80)
  local first, second = listener:accept(), listener:accept()
  for _, conn in ipairs { first, second } do
    conn:discard()
    conn:close()
  end
end)
