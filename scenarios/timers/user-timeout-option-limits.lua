-- What a host accepts of the user timeout that its peer asks for. RFC 5482 3.1 to 3.4, 4.1, 4.2.
--
-- Four connections to one server that advertises ten seconds. The server's own limits are 100 s and
-- an hour, the defaults. The peer of the first asks for 20 s: 100 s are adopted. That of the second
-- asks for a day: an hour. The third does not speak the option and passes over it; on it no user
-- timeout is in force. The fourth's application has set its own timeout of 40 s, which nothing
-- changes, though it can see what the server wants. Then the first client's wish becomes 5 minutes:
-- the option goes once more, and counts from then on. A keep-alive of a minute waits longer than
-- what was adopted.
sim.scenario {
  title = "The user timeout option has limits",
  cites = { "RFC 5482 3.1", "RFC5482-1", "RFC5482-2", "RFC5482-3", "RFC5482-4", "RFC5482-6", "RFC5482-9",
    "RFC5482-10", "RFC5482-11", "RFC5482-12", "RFC5482-13" },
}

local server = sim.host("server", { address = "10.0.0.9", uto = true, uto_advertise = "10s",
  keepalive = { "1min", "10s", 3 } })
local clients = {
  { name = "short", options = { uto = true, uto_advertise = "20s" }, adopted = 100 },
  { name = "long", options = { uto = true, uto_advertise = "24h" }, adopted = 3600 },
  { name = "silent", options = {}, adopted = nil },
  { name = "own", options = { uto = true, user_timeout = "40s", uto_advertise = "20s" }, adopted = 100 },
}

server:app(function()
  local listener = server:listen(80)
  local conns = {}
  for _, client in ipairs(clients) do
    local conn = listener:accept()
    conns[#conns + 1] = conn
    sim.sleep("50ms")
    expect.equal(conn:info().user_timeout, client.adopted, { shows = "RFC5482-12" })
    if client.name == "short" then
      sim.at("20s", function()
        expect.equal(conn:info().uto_remote, 300)
        expect.equal(conn:info().user_timeout, 300, { shows = "RFC5482-9" })
      end)
    end
  end
  sim.sleep("70s")
  for _, conn in ipairs(conns) do
    conn:discard(conn:info().unread)
    conn:close()
  end
end)

for i, client in ipairs(clients) do
  client.options.address = "10.0.0." .. i
  local host = sim.host(client.name, client.options)
  sim.link(host, server, { delay = "10ms" })
  host:app(function()
    sim.sleep(i * 0.1)
    local conn = host:connect(server, 80)
    if client.name == "own" then
      expect.equal(conn:info().user_timeout, 40, { shows = "RFC5482-3" })
      expect.equal(conn:info().uto_remote, 10)
      conn:send("x")
    elseif client.name == "silent" then
      expect.equal(conn:info().user_timeout, nil) -- though the server's SYN,ACK has the option
    elseif client.name == "short" then
      sim.sleep("10s")
      conn:set { uto_advertise = "5min" }
      conn:send("by the way")
    end
    expect.equal(conn:recv(), nil)
    conn:close()
  end)
end

expect.segment("short > server: P. 1:11(10) ack 1 <uto 300s>")
expect.segment("silent > server: S 0:0(0) <mss 1460>")
expect.no_segment("server > short: . 0:0(0)", { before = "70.5s", shows = "RFC5482-13" })
expect.segment("server > silent: . 0:0(0)", { after = "60s", before = "61s" })
expect.no_segment("short > server: S 0:0(0) <mss 1460,uto 0s>", { shows = "RFC5482-2" })
