-- docs/scenario-language.md, "Values": "Sequence and acknowledgment numbers are relative to the ISS of the side that they
-- count"; the edges of a forged segment's SACK blocks count like its acknowledgment number.
sim.scenario { title = "The edges of a forged SACK block are relative" }

local a = sim.host("a", { address = "10.0.0.1", iss = 4000 })
local b = sim.host("b", { address = "10.0.0.2", iss = 9000 })
sim.link(a, b, { delay = "1ms" })

b:app(function() b:listen(80):accept() end)
a:app(function()
  a:connect(b, 80, { local_port = 5000 })
  sim.sleep("10ms")
  sim.inject { from = a, to = b, segment = ". 1:1(0) ack 1 <sack 11:21>" }
end)

expect.segment("a > b: . 1:1(0) ack 1 <sack 11:21>")
expect.segment("a > b: . 4001:4001(0) ack 9001 <sack 9011:9021>", { absolute = true })
