-- After a crash a host keeps quiet, and then numbers anew. RFC 9293 3.4.3, RFC 6528 3.
--
-- The client crashes. It does not know any more which sequence numbers it had used, and the secret from which they
-- were made is gone as well; old segments of its may still be on their way. With quiet_time it assigns no
-- number for as long as they could last, here twice its MSL of 30 s: its own OPEN waits, and the
-- SYN of another host is dropped, which comes again. What needs no number of its own is
-- answered: a segment of the forgotten connection draws a RST. RFC 9293 3.4.2 lets an implementation
-- do without all this, and most do; so does the default.
sim.scenario {
  title = "Quiet time after a crash",
  cites = { "UNL-25", "RFC6528-5", "RFC 9293 3.4.3" },
}

local client = sim.host("client", { address = "10.0.0.1", msl = "30s", quiet_time = "1min" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  local first = listener:accept()
  sim.sleep(2 - sim.now())
  first:send("are you there?")
  expect.equal(select(2, first:recv()), "connection reset")
  listener:accept()
end)
server:app(function()
  sim.sleep("30s")
  expect.truthy(server:connect(client, 7)) -- the client listens again since 1.0
end)

client:app(function()
  client:connect(server, 80, { local_port = 4000 })
  sim.sleep(1 - sim.now())
  client:crash()
  client:listen(7)
  client:connect(server, 80, { local_port = 4000 })
  expect.near(sim.now(), 61.020, 1e-9)
end)

expect.segment("2.010 client > server: R")
expect.segment("61.000 client > server: S 0:0(0)")
expect.no_segment("client > server: S", { after = "0.5s", before = "60.9s" })
expect.count("server > client: S 0:0(0)", 6) -- at 30, 31, 33, 37, 45 and 61: the last is answered
