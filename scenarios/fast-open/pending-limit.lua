-- Cookies that were caught in flight: the server's limit. RFC 7413 5.1.
--
-- Whoever reads a client's SYN can replay its cookie in the client's name, and make the server work
-- on requests that nobody waits for. So at most `fast_open_pending` connections may be open by a
-- cookie while their handshake is not done; SYNs beyond are handled as without Fast Open, and a
-- spoofed one of those gets no further than SYN-RECEIVED. A replayed SYN also shows why requests
-- have to be harmless when they come twice: the application reads the same octets again.
sim.scenario {
  title = "Fast Open: replayed SYNs, and the limit of those that are pending",
  cites = { "RFC 7413 4.2", "RFC 7413 2.1", "RFC 7413 5.1", "RFC7413-3", "RFC7413-15" },
  allow = { "unfinished", "integrity" },
}

local client = sim.host("client", { address = "10.0.0.1", fast_open = "client" })
local server = sim.host("server",
  { address = "10.0.0.2", fast_open = "server", fast_open_pending = 3, synack_retries = 1 })
local attacker = sim.host("attacker", { address = "10.0.0.3", tcp = false })
sim.link(client, server, { delay = "50ms" })
sim.link(attacker, server, { delay = "1ms" })
sim.partition(client, server, { from = "4s" }) -- or its RSTs would clear things up

local cookie
sim.rewrite { from = client, flags = "S", with = function(segment)
  if segment.len > 0 then cookie = segment.options end
end }

local read = 0
server:app(function()
  local listener = server:listen(80)
  server:app(function()
    while true do
      local conn = listener:accept()
      server:app(function()
        if conn:recv() == "request" then read = read + 1 end
      end, { daemon = true })
    end
  end, { daemon = true })
end)

client:app(function()
  for _ = 1, 2 do
    local conn = client:connect(server, 80, { data = "request" })
    conn:close()
    sim.sleep("1s")
  end
end)

attacker:app(function()
  sim.sleep(5 - sim.now())
  expect.equal(read, 2)
  for i = 1, 5 do
    sim.inject {
      from = attacker, to = server, payload = "request", absolute = true,
      segment = ("client.%d > server.80: S %d:%d(7) <%s>"):format(5000 + i, 1000, 1007, cookie),
    }
  end
end)

expect.at("5.5s", function() expect.equal(read, 5, { shows = "RFC7413-15" }) end) -- three of five
expect.count("server > client: S. ack 1008", 3, { after = 5, before = 5.5, absolute = true })
expect.count("server > client: S. ack 1001", 2, { after = 5, before = 5.5, absolute = true })
