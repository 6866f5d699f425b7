-- Kernels do not let a hard error end an established connection. RFC 9293 3.9.2.2, RFC 5461.
--
-- The same "port unreachable" reaches three clients whose data are under way. By the letter, SHLD-26,
-- it ends the connection of the first. The second has `icmp_hard = "report"`, the third the whole
-- profile of Linux: they only note it, report it to who asks, and forget it when the path proves
-- well. While a connection opens the error ends the attempt in all three: nobody is there.
sim.scenario {
  title = "A hard error on an established connection: abort, or report",
  cites = { "RFC 9293 3.9.2.2", "RFC 5461 4", "SHLD-25", "SHLD-26", "UNL-26" },
}

local server = sim.host("server", { address = "10.0.0.9" })
local policies = {
  letter = {}, softened = { icmp_hard = "report" }, kernel = { profile = "linux" },
}

server:app(function()
  local listener = server:listen(80)
  while true do
    local conn = listener:accept()
    sim.at(sim.now(), function() conn:discard() conn:close() end)
  end
end, { daemon = true })

local number = 0
for name, options in pairs(policies) do
  number = number + 1
  options.address = "10.0.0." .. number
  local client = sim.host(name, options)
  sim.link(client, server, { delay = "10ms" })

  client:app(function()
    local conn = client:connect(server, 80)
    conn:send(100)
    sim.icmp { from = server, to = client, type = "port unreachable", about = conn }
    sim.sleep("11ms")
    if name == "letter" then
      expect.equal(conn.state, "CLOSED")
      expect.equal(select(2, conn:recv()), "connection refused")
    else
      expect.equal(conn.state, "ESTABLISHED")
      expect.equal(conn:report(), "port unreachable")
      expect.equal(conn:info().soft_error, "connection refused")
      sim.sleep("1s")
      expect.equal(conn:info().soft_error, nil)       -- the data were acknowledged
      conn:close()
    end

    local opening = client:connect(server, 81, { wait = false })
    sim.icmp { from = server, to = client, type = "port unreachable", about = opening }
    sim.sleep("11ms")
    expect.equal(opening.state, "CLOSED")
  end)
end
