-- A cookie that the server does not know: an ordinary handshake, and a new cookie. RFC 7413 4.2.2.
--
-- The server has been restarted with another secret (here: its Fast Open option is rewritten on the
-- way, which comes to the same). It acknowledges the SYN alone, drops the text and gives a cookie of
-- today. The client sends the text again with the first ACK; a round trip was lost, nothing else.
-- The next connection uses the new cookie.
sim.scenario {
  title = "Fast Open: a wrong cookie costs a round trip, and brings a new one",
  cites = { "RFC 7413 4.2.2", "RFC7413-10", "RFC7413-13", "RFC7413-16" },
}

local client = sim.host("client", { address = "10.0.0.1", fast_open = "client" })
local server = sim.host("server", { address = "10.0.0.2", fast_open = "server" })
sim.link(client, server, { delay = "50ms" })

sim.rewrite { -- what the server granted first
  from = server, flags = "S.", nth = 1,
  with = function(segment) segment.options = "mss 1460,FO 0011223344556677" end,
}

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 3 do
    local conn = listener:accept()
    expect.equal(conn:recv(), "request")
    conn:send("answer")
    conn:close()
  end
end)

client:app(function()
  for i = 1, 3 do
    local start = sim.now()
    local conn = client:connect(server, 80, { data = "request" })
    expect.equal(conn:recv(), "answer")
    expect.near(sim.now() - start, i == 3 and 0.1 or 0.2, 1e-9)
    expect.equal(conn:recv(), nil)
    conn:close()
    sim.sleep("1s")
  end
end)

expect.segment "client > server: SP 0:7(7) <mss 1460,FO 0011223344556677>"
expect.count("client > server: P. 1:8(7) ack 1", 2)
expect.count("server > client: S. 0:0(0) ack 1", 2)
expect.count("server > client: S. 0:0(0) ack 8", 1)
