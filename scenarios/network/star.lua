-- Everyone talks to everyone through one router: a star of four hosts, one of them on a slow line. RFC 9293 2.2.
--
-- Each of the router's links has its own queue: what waits for the slow line of host4 (a modem, 56 kbit/s)
-- keeps nobody else waiting. Eleven milliseconds is what the others need for question and answer; host4 pays
-- 1.5 s and more for a kilobyte, both as a client and as a server.
sim.scenario {
  title = "A star with one slow ray",
  cites = { "RFC 9293 2.2" },
}

local topology = require "topology"
local net = topology.star{
  hosts = 4,
  link = { rate = "100mbit", delay = "1ms" },
  links = { [4] = { rate = "56kbit", delay = "20ms" } },
}

for _, server in ipairs(net.hosts) do
  server:app(function()
    local listener = server:listen(7)
    while true do
      local conn = listener:accept()
      conn:send(conn:recv_all(1000))
      conn:close()
    end
  end, { daemon = true })
end

for i, client in ipairs(net.hosts) do
  for j, server in ipairs(net.hosts) do
    if i ~= j then
      client:app(function()
        local begun = sim.now()
        local conn = client:connect(server, 7)
        conn:send(1000)
        expect.equal(#conn:recv_all(1000), 1000)
        local took = sim.now() - begun
        if i == 4 or j == 4 then
          expect.truthy(took > 2 * 1040 * 8 / 56000)
        else
          expect.truthy(took < 0.011)
        end
        conn:close()
      end)
    end
  end
end
