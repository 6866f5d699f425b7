-- The estimates of the round trip, sample by sample. RFC 6298 2.
--
-- The handshake's round trip of 100 ms is the first sample: SRTT = 100, RTTVAR = 50. Then the path grows longer, to
-- 180 ms there and back, and one octet at a time is sent. RTTVAR moves first, by a quarter towards the distance
-- from the old SRTT, then SRTT by an eighth; the RTO is SRTT + 4 RTTVAR.
sim.scenario {
  title = "SRTT and RTTVAR, sample by sample",
  cites = { "RFC 6298 2", "RFC6298-2", "RFC6298-3", "MUST-18", "RFC8961-2", "RFC8961-3", "RFC6298-7" },
}

local client = sim.host("client", { address = "10.0.0.1", rto_min = "1ms" })
local server = sim.host("server", { address = "10.0.0.2", delayed_ack = false })
local link = sim.link(client, server, { delay = "50ms" })

server:app(function() expect.equal(server:listen(80):accept():discard(3), 3) end)
client:app(function()
  local conn = client:connect(server, 80)
  local srtt, rttvar = 0.100, 0.050
  local function holds()
    local info = conn:info()
    expect.near(info.srtt, srtt, 1e-6)
    expect.near(info.rttvar, rttvar, 1e-6)
    expect.near(info.rto, srtt + 4 * rttvar, 1e-6)
  end
  holds()
  link:set { delay = "90ms" }
  for _ = 1, 3 do
    conn:send(1)
    sim.sleep("1s")
    rttvar = 3 / 4 * rttvar + 1 / 4 * (0.180 - srtt)
    srtt = 7 / 8 * srtt + 1 / 8 * 0.180
    holds()
  end
end)
