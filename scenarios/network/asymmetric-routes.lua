-- There and back by different ways: a quick one for data, a slow one for ACKs. RFC 9293 3.8.1.
--
-- Both ways have the same number of links, so both ends would take the upper one, which is declared
-- first. The far router sends what goes to the client by the lower one, a satellite's 250 ms. TCP sees
-- only the round trip, 5 + 250 ms and the access links, and never learns which half of it is slow.
sim.scenario {
  title = "Asymmetric routes",
  cites = { "RFC 9293 3.8.1", "MUST-18" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local near, upper, lower, far =
  sim.router("near"), sim.router("upper"), sim.router("lower"), sim.router("far")
sim.link(client, near, { delay = "1ms" })
sim.link(near, upper, { delay = "2ms" })
sim.link(upper, far, { delay = "3ms" })
sim.link(near, lower, { delay = "125ms" })
sim.link(lower, far, { delay = "125ms" })
sim.link(far, server, { delay = "1ms" })

far:route(client, lower)

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "question")
  expect.near(sim.now(), 0.259 + 0.007, 1e-9) -- 7 ms for the request
  conn:send("answer")
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.near(sim.now(), 0.007 + 0.252, 1e-9)
  expect.near(conn:info().srtt, 0.259, 1e-9)
  conn:send("question")
  expect.equal(conn:recv(), "answer")
  expect.near(sim.now(), 2 * 0.259, 1e-9)
  conn:close()
end)
