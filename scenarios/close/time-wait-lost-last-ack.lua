-- TIME-WAIT lasts 2 MSL because the last ACK may be lost. RFC 9293 3.6.1, 3.10.7.4.
--
-- The client's ACK of the server's FIN is lost. The server, in LAST-ACK, sends its FIN again one
-- RTO (1 s) later; the client is still there to acknowledge it, and starts its 2 MSL anew:
-- TIME-WAIT ends 2 MSL after 1.040, not after 0.040. Had the client gone at once, the server would
-- have met a RST in place of an orderly end. The wait follows the MSL:
--     tcpsim run -D msl=30s FILE      or 60s, or 2min, the RFC's own value and the default here
sim.scenario {
  title = "Lost last ACK: FIN again, ACK again, 2 MSL anew",
  cites = { "RFC 9293 3.6.1", "RFC 9293 3.10.7.4", "MUST-13" },
}

local msl = sim.param("msl", "2min")
local seconds = assert(({ ["30s"] = 30, ["60s"] = 60, ["2min"] = 120 })[msl], "msl is 30s, 60s or 2min")

local client = sim.host("client", { address = "10.0.0.1", msl = msl })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.drop { from = client, pattern = ". 2:2(0) ack 2", nth = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), nil)
  conn:close()
  expect.truthy(conn:wait("CLOSED"))
  expect.near(sim.now(), 1.050, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:shutdown()
  expect.equal(conn:recv(), nil)
  expect.near(sim.now(), 0.040, 1e-9)
  expect.truthy(conn:wait("CLOSED", "5min"))
  expect.near(sim.now(), 1.040 + 2 * seconds, 1e-9)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: F. 1:1(0) ack 1
  0.030 server > client: . 1:1(0) ack 2
  0.030 server > client: F. 1:1(0) ack 2
  0.040 client > server: . 2:2(0) ack 2          # lost
  1.030 server > client: F. 1:1(0) ack 2
  1.040 client > server: . 2:2(0) ack 2
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
