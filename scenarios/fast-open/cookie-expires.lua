-- Cookies expire; a large request rides as far as it fits. RFC 7413 4.1.2, 4.2.2.
--
-- A cookie is a keyed hash of the client's address and the hour. In the next hour it is still taken,
-- and the SYN,ACK brings a fresh one; two hours on the old one is wrong, costs a round trip and is
-- replaced. The request has 3000 octets: the SYN carries what the server's MSS allows, which the
-- client remembers with the cookie, less 40 octets for options; the rest follows at once when the SYN,ACK is
-- there.
sim.scenario {
  title = "Fast Open: a cookie expires; the SYN is filled to the server's MSS",
  cites = { "RFC 7413 4.1.2", "RFC 7413 4.2.2", "RFC7413-5", "RFC7413-7", "RFC7413-10", "RFC7413-16" },
  limit = "5h",
}

local client = sim.host("client", { address = "10.0.0.1", fast_open = "client" })
local server = sim.host("server", { address = "10.0.0.2", fast_open = "server", mss = 1200 })
sim.link(client, server, { delay = "50ms" })

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 4 do
    local conn = listener:accept()
    expect.equal(#conn:recv_all(3000), 3000)
    conn:close()
  end
end)

client:app(function()
  for _, pause in ipairs { "1min", "1h", "2h", "1min" } do -- asks, uses, uses and renews, expired
    local conn = client:connect(server, 80, { data = ("x"):rep(3000) })
    expect.equal(conn:recv(), nil)
    conn:close()
    sim.sleep(pause)
  end
end)

expect.count("client > server: S 0:0(0)", 1)
expect.count("client > server: S 0:1160(1160)", 3)
expect.count("server > client: S. 0:0(0) ack 1161", 2)
expect.count("server > client: S. 0:0(0) ack 1", 2)
expect.count("server > client: S. <mss 1200,FO>", 0)
expect.count("server > client: S. <mss 1200>", 1) -- without a new cookie
