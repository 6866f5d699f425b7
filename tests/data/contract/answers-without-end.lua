-- docs/scenario-language.md, "Fine print": a limit gives status 3. Two ends that have each been given octets which the other
-- never sent acknowledge what was not sent, and answer each other for ever (RFC 1337 2.3); without delay the clock never moves.
-- expect-status: 3
-- expect-message: events at one instant
sim.scenario { title = "Two hosts answer each other without end", allow = "integrity" }

local a = sim.host("a", { address = "10.0.0.1" })
local b = sim.host("b", { address = "10.0.0.2" })
sim.link(a, b)

b:app(function() b:listen(80):accept() end)
a:app(function()
  a:connect(b, 80, { local_port = 5000 })
  sim.inject { from = a, to = b, segment = "P. 1:6(5) ack 1", payload = "forge" }
  sim.inject { from = b, to = a, segment = "P. 1:6(5) ack 1", payload = "forge" }
end)
