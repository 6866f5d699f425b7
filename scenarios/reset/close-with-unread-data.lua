-- A socket's close with unread data is a reset. RFC 9293 3.6.1, SHLD-3.
--
-- The client closes while five octets lie unread. An orderly FIN would tell the server that all is
-- well, though its data are lost: so the client sends a RST at once, and the server's `recv` says
-- "connection reset". Compare four-segment-close.lua, where everything had been read.
sim.scenario {
  title = "Close with unread data is a reset",
  cites = { "RFC 9293 3.6.1", "SHLD-3", "MAY-1", "MUST-12" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  conn:send("hello")
  expect.equal(select(2, conn:recv()), "connection reset")
  expect.near(sim.now(), 0.110, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("80ms")
  conn:close()
  expect.equal(conn.state, "CLOSED")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.030 server > client: P. 1:6(5) ack 1
  0.100 client > server: R 1:1(0)
]]
expect.no_segment "F"
expect.states(client, "CLOSED SYN-SENT ESTABLISHED CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
