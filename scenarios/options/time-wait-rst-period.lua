-- RFC 1337's second fix: RSTs are ignored in the first seconds of TIME-WAIT only. RFC 1337 3 (F2).
--
-- Where timestamps are on, an old segment cannot enter the next connection once the peer's clock has ticked:
-- PAWS refuses it. It is enough, then, to ignore a RST until that has surely happened; later one may end
-- TIME-WAIT and free the port early. The client ignores them for two seconds: the RST at 1.010 changes
-- nothing, nor does the one that arrives when all but a nanosecond of the two seconds has gone by; the last
-- one ends the connection. An active close of the usual kind would have waited until 240.040.
sim.scenario {
  title = "RSTs are ignored at the beginning of TIME-WAIT only",
  cites = { "RFC1337-6", "RFC 1337 3" },
}

local client = sim.host("client", {
  address = "10.0.0.1", timestamps = true, rfc1337 = true, rfc1337_period = "2s",
})
local server = sim.host("server", { address = "10.0.0.2", timestamps = true })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  conn:recv()
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80, { local_port = 4000 })
  conn:shutdown()
  expect.truthy(conn:wait("TIME-WAIT"))
  local entered = sim.now()
  expect.near(entered, 0.040, 1e-9)
  expect.truthy(conn:wait("CLOSED"))
  expect.near(sim.now(), entered + 2, 1e-9)
end)

local function reset_arrives(at)
  sim.at(at - 0.010, function()
    sim.inject { from = server, to = client, sport = 80, dport = 4000, segment = "R 2:2(0)" }
  end)
end
reset_arrives(1.010)
reset_arrives(2.039999999)
reset_arrives(2.040)

expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.no_segment("client > server: -", { after = "0.05s" })
