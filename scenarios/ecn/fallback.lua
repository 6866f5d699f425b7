-- A middlebox drops SYNs that ask for ECN: the next one asks no more. RFC 3168 6.1.1.1.
--
-- The first SYN never arrives. The timer repeats it without ECE and CWR, and the connection comes
-- about, without ECN. `ecn_retries` is how often the SYN is repeated as it was before that: once on
-- port 81, as FreeBSD does, where the connection takes three seconds instead of one.
sim.scenario {
  title = "ECN: a SYN that does not get through is repeated without",
  cites = { "RFC 3168 6.1.1.1", "RFC3168-19", "RFC3168-4" },
  allow = "unfinished",
}

local client = sim.host("client", { address = "10.0.0.1", ecn = "on" })
local server = sim.host("server", { address = "10.0.0.2", ecn = "passive" })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, flags = "SEW" }

for port, retries in pairs { [80] = 0, [81] = 1 } do
  server:app(function() server:listen(port):accept():recv() end)
  client:app(function()
    local conn = client:connect(server, port, { local_port = 4000 + port, ecn_retries = retries })
    expect.equal(conn:info().ecn, false, { shows = "RFC3168-4" })
    expect.near(sim.now(), retries == 0 and 1.020 or 3.020, 1e-9)
    conn:send("data")
  end)
end

expect.segment "1.000 client.4080 > server.80: S 0:0(0)"
expect.segment "1.000 client.4081 > server.81: SEW 0:0(0)"
expect.segment "3.000 client.4081 > server.81: S 0:0(0)"
expect.no_segment "server > client: S.E"
