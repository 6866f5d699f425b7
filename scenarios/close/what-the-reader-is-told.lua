-- Whether the peer has closed or has broken off: the reader is told which. RFC 9293 3.5.3, 3.6.
--
-- Three connections. On the first the peer closes: the reader gets what was sent, then the end of the
-- stream, as often as it asks, and can still send. On the second the peer aborts: "connection reset",
-- and what was not read yet is gone. On the third nobody reads while the FIN comes in; the close
-- is there all the same, in the connection's state, before anything is read. And a host that has closed
-- its own direction goes on reading up to the peer's FIN; its second close is an error, not a second FIN.
sim.scenario {
  title = "Closed or reset: what the reader is told",
  cites = { "RFC 9293 3.5.3", "RFC 9293 3.6", "MUST-12", "UNL-10", "UNL-22", "UNL-29" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)

  local conn = listener:accept()
  expect.equal(conn:recv(), "closed")
  expect.equal(conn:recv(), nil)
  local nothing, err = conn:recv()
  expect.equal(nothing, nil)
  expect.equal(err, nil)
  expect.equal(conn:send("still here"), 10)
  conn:close()

  conn = listener:accept()
  expect.equal(conn:recv(), "aborted")
  nothing, err = conn:recv()
  expect.equal(nothing, nil)
  expect.equal(err, "connection reset")

  conn = listener:accept()
  expect.truthy(conn:wait("CLOSE-WAIT"))
  expect.equal(conn:recv(), "unread")
  expect.equal(conn:recv(), nil)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80, { local_port = 5000 })
  conn:send("closed")
  conn:shutdown()
  local again, err = conn:shutdown()
  expect.equal(again, nil)
  expect.equal(err, "connection closing")
  sim.sleep("5ms") -- the FIN is under way
  again, err = conn:shutdown()
  expect.equal(again, nil)
  expect.equal(err, "connection closing")
  expect.equal(conn:recv(), "still here") -- after our FIN
  expect.equal(conn:recv(), nil)
  conn:close()

  conn = client:connect(server, 80, { local_port = 5001 })
  conn:send("aborted")
  sim.sleep("100ms")
  conn:abort()

  conn = client:connect(server, 80, { local_port = 5002 })
  conn:send("unread")
  conn:close()
end)

expect.count("client.5000 > server.80: F.", 1, { shows = "UNL-22" })
