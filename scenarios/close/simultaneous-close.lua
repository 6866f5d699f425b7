-- Simultaneous close: the FINs cross. RFC 9293 3.6, figure 13.
--
-- Both applications close at 0.1 s, before either has heard of the other's FIN. Each FIN arrives in
-- FIN-WAIT-1 without acknowledging anything new, so both sides go to CLOSING, acknowledge, and go
-- to TIME-WAIT when their own FIN is acknowledged. Both have closed first, so both wait 2 MSL.
sim.scenario {
  title = "Simultaneous close",
  cites = { "RFC 9293 3.6", "RFC 9293 3.10.7.4", "MUST-13" },
}

local left = sim.host("left", { address = "10.0.0.1" })
local right = sim.host("right", { address = "10.0.0.2" })
sim.link(left, right, { delay = "10ms" })

local function close_at_100ms(conn)
  sim.sleep(0.1 - sim.now())
  conn:shutdown()
  expect.equal(conn:recv(), nil)
  expect.near(sim.now(), 0.110, 1e-9)
  expect.equal(conn.state, "CLOSING")
  expect.truthy(conn:wait("TIME-WAIT"))
  expect.near(sim.now(), 0.120, 1e-9)
  expect.truthy(conn:wait("CLOSED", "5min"))
  expect.near(sim.now(), 240.120, 1e-9)
end

right:app(function() close_at_100ms(right:listen(80):accept()) end)
left:app(function() close_at_100ms(left:connect(right, 80)) end)

expect.exchange [[
  0.000 left > right: S 0:0(0)
  0.010 right > left: S. 0:0(0) ack 1
  0.020 left > right: . 1:1(0) ack 1
  0.100 left > right: F. 1:1(0) ack 1
  0.100 right > left: F. 1:1(0) ack 1
  0.110 left > right: . 2:2(0) ack 2
  0.110 right > left: . 2:2(0) ack 2
]]
expect.states(left, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED")
expect.states(right, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED")
