-- Nobody answers: SYN-SENT gives up after three minutes. RFC 9293 3.8.3, RFC 6298 (2.1), (2.5),
-- (5.5).
--
-- The SYN is repeated after 1, 2, 4, 8, 16 and 32 s, then after 60 s, the largest RTO: at 1, 3, 7,
-- 15, 31, 63 and 123 s. One RTO after the seventh repetition, at 183 s, `connect` returns "timed
-- out". MUST-23 wants a SYN to be tried for at least 3 minutes. Nothing else leaves: there is
-- nobody to tell.
sim.scenario {
  title = "SYN-SENT times out",
  cites = { "RFC 9293 3.8.3", "MUST-22", "MUST-23", "RFC6298-1", "RFC6298-5", "RFC6298-14" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms", loss = 1 })
server:listen(80)

client:app(function()
  local conn, err = client:connect(server, 80)
  expect.equal(conn, nil)
  expect.equal(err, "timed out")
  expect.near(sim.now(), 183, 1e-9)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  1.000 client > server: S 0:0(0)
  3.000 client > server: S 0:0(0)
  7.000 client > server: S 0:0(0)
  15.000 client > server: S 0:0(0)
  31.000 client > server: S 0:0(0)
  63.000 client > server: S 0:0(0)
  123.000 client > server: S 0:0(0)
]]
expect.states(client, "CLOSED SYN-SENT CLOSED")
