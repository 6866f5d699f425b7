-- Nagle's algorithm: small segments wait while anything is unacknowledged. RFC 9293 3.7.4, RFC 1122 4.2.3.4.
--
-- An application sends ten pieces of ten octets, 2 ms apart, over a path of 20 ms there and back. On
-- the first connection the first piece leaves at once; the nine others wait for its ACK and then leave as
-- one segment of 90: two segments of data instead of ten. The second connection switches the
-- algorithm off: each piece leaves when it is sent. (The ACKs come at once here, so that only the
-- sender's rule shows: see timers/delayed-ack for what the two do to each other.)
sim.scenario {
  title = "Nagle: ten small writes, two segments",
  cites = { "RFC 9293 3.7.4", "MUST-17", "SHLD-7", "MAY-16" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", delayed_ack = false })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 2 do
    local conn = listener:accept()
    expect.equal(conn:discard(), 100)
    conn:close()
  end
end)

local function ten_pieces(conn)
  for _ = 1, 10 do
    conn:send(10)
    sim.sleep("2ms")
  end
  conn:close()
end

client:app(function()
  ten_pieces(client:connect(server, 80, { local_port = 5000 }))
  sim.sleep("1s" )
  ten_pieces(client:connect(server, 80, { local_port = 5001, nagle = false }))
end)

expect.segment("0.020 client.5000 > server.80: P. 1:11(10)")
expect.segment("0.040 client.5000 > server.80: P. 11:101(90)")
expect.count("client.5000 > server.80: P.", 2)
expect.count("client.5001 > server.80: P.", 10)
expect.segment("1.062 client.5001 > server.80: P. 11:21(10)")
