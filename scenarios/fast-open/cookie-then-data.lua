-- The first connection brings a cookie, the second sends its request on the SYN. RFC 7413 4.2.
--
-- Both ask and answer once. The first has no cookie yet: its SYN carries an empty Fast Open option,
-- the request waits for the handshake, and the answer is there after two round trips. The SYN,ACK
-- brought a cookie, which is good for this server, whatever the port. The second connection shows it
-- on its SYN together with the request: the server reads it and answers before the handshake is
-- done, in SYN-RECEIVED, and the answer is there after one round trip.
sim.scenario {
  title = "Fast Open: a cookie, and then data on the SYN",
  cites = {
    "RFC 7413 4.2.1", "RFC 7413 4.2.2", "RFC7413-4", "RFC7413-5", "RFC7413-9", "RFC7413-11", "RFC7413-1", "RFC7413-7",
  },
}

local client = sim.host("client", { address = "10.0.0.1", fast_open = "client" })
local server = sim.host("server", { address = "10.0.0.2", fast_open = "server" })
sim.link(client, server, { delay = "50ms" })

server:app(function()
  local listener = server:listen(80)
  for i = 1, 2 do
    local conn = listener:accept()
    expect.equal(conn.state, i == 1 and "ESTABLISHED" or "SYN-RECEIVED")
    expect.equal(conn:recv(), "request")
    conn:send("answer")
    conn:close()
  end
end)

client:app(function()
  for i = 1, 2 do
    local start = sim.now()
    local conn = client:connect(server, 80, { data = "request" })
    expect.equal(conn:recv(), "answer")
    expect.near(sim.now() - start, i == 1 and 0.2 or 0.1, 1e-9)
    expect.equal(conn:recv(), nil)
    conn:close()
    sim.sleep("1s")
  end
end)

expect.segment "0.000 client > server: S 0:0(0) <mss 1460,FO>"
expect.segment("server > client: S. 0:0(0) ack 1", { nth = 1 })
expect.segment("client > server: SP 0:7(7)", { nth = 1 })
expect.segment("server > client: S. 0:0(0) ack 8", { nth = 1 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED", { nth = 1 })
