-- The SYN,ACK that grants a cookie is lost: its repetition grants none. RFC 7413 4.2.2.
--
-- The client asks for a cookie, and the SYN,ACK with it never arrives. What took it may have been a box that
-- knows no such option, so server and client repeat SYN,ACK and SYN without it. The handshake is done a second
-- later, and the client has learnt nothing: it asks again when it opens the next connection, and then gets
-- its cookie. Only the third
-- connection has data on its SYN.
sim.scenario {
  title = "Fast Open: a repeated SYN,ACK brings no cookie",
  cites = { "RFC 7413 4.2.2", "RFC7413-4", "RFC7413-8", "RFC7413-12" },
}

local client = sim.host("client", { address = "10.0.0.1", fast_open = "client", fast_open_holdoff = "1s" })
local server = sim.host("server", { address = "10.0.0.2", fast_open = "server" })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = server, flags = "S.", nth = 1 }
sim.drop { from = client, flags = "S", nth = 2 } -- so that the server's own timer repeats

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 3 do
    local conn = listener:accept()
    expect.equal(conn:recv(), "hello")
    expect.equal(conn:recv(), nil)
    conn:close()
  end
end)
client:app(function()
  for _ = 1, 3 do
    client:connect(server, 80, { data = "hello" }):close()
    sim.sleep("5s")
  end
end)

expect.count("client > server: S 0:0(0) <mss 1460,FO>", 2)
expect.count("server > client: S. 0:0(0) ack 1 <mss 1460>", 1) -- neither option nor cookie
expect.segment("1.010 server > client: S. 0:0(0) ack 1 <mss 1460>")
expect.count("server > client: S. 0:0(0) ack 1", 3)
expect.count("client > server: SP 0:5(5)", 1) -- the third connection has a cookie
