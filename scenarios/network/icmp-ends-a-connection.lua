-- Errors from the far end itself: "protocol unreachable" ends a connection, "source quench" does nothing.
-- RFC 9293 3.9.2.2, SHLD-26, MUST-55.
--
-- The server's host says at 1 s that it is overrun (source quench, which nobody sends any more and all ignore),
-- and at 2 s that it has no TCP: a hard error, on which the connection is aborted without a segment. The
-- errors are packets like others and take the link's 10 ms. One that quotes a segment that is not outstanding
-- any more is late, or a forger's guess, and does nothing (RFC 5927 4.1).
sim.scenario {
  title = "Hard errors, ignored errors, and late ones",
  cites = { "RFC 9293 3.9.2.2", "SHLD-26", "MUST-55", "RFC 5927 4.1" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  listener:accept()
  local conn = listener:accept()
  expect.equal(conn:recv_all(), "all is welland acknowledged")
  conn:close()
end)

client:app(function()
  local first = client:connect(server, 80)
  local second = client:connect(server, 80)
  sim.sleep(1 - sim.now())
  sim.drop{ from = client, after = "1s", before = "3s" }
  first:send("hello")
  sim.icmp{ from = server, type = "source quench", about = first }
  sim.sleep("10ms")
  expect.equal(first.state, "ESTABLISHED")
  expect.equal(first:info().soft_error, nil)

  sim.sleep(2 - sim.now())
  sim.icmp{ from = server, type = "protocol unreachable", about = first }
  sim.sleep("9ms")
  expect.equal(first.state, "ESTABLISHED") -- it is still on its way
  sim.sleep("1ms")
  expect.equal(first.state, "CLOSED")
  expect.equal(select(2, first:recv()), "connection refused")

  sim.sleep(4 - sim.now())
  local seen
  sim.drop{ from = client, match = function(segment) seen = seen or segment return false end }
  second:send("all is well")
  sim.sleep("1s")
  second:send("and acknowledged")
  sim.icmp{ from = server, type = "protocol unreachable", about = seen }
  sim.sleep("1s")
  expect.equal(second.state, "ESTABLISHED")
  second:close()
end)

expect.no_segment("client > server: R")
expect.no_segment("client > server: R.")
