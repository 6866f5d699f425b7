-- FLUSH: what was given to SEND and has not left yet is taken back. RFC 9293 3.9.1.7 (MAY-14).
--
-- The server reads nothing, so its window of 2000 octets fills and the client's other 3000 wait. FLUSH throws
-- those away, and no others: what was sent stays in the stream, acknowledged or not. The words that follow take the place of
-- the 3000, at number 2001, and the connection goes on as if nobody had ever given the 3000 to it.
sim.scenario {
  title = "FLUSH takes back what was not sent",
  cites = { "MAY-14", "RFC 9293 3.9.1.7" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, recv_buffer = 2000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("500ms")
  expect.equal(#conn:recv_all(2000), 2000)
  expect.equal(conn:recv(), "instead")
  expect.equal(conn:recv(), nil)
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send(5000)
  sim.sleep("100ms")
  expect.equal(conn:info().unsent, 3000)
  expect.equal(conn:flush(), 3000)
  expect.equal(conn:flush(), 0)
  conn:send("instead")
  conn:shutdown()
end)

expect.segment("client > server: FP. 2001:2008(7)")
expect.no_segment("client > server: . 2001:3001(1000)")
