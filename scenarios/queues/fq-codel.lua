-- FQ-CoDel: connections take turns. RFC 8290 4.
--
-- A thousand octets take 8 ms. Ten segments of one connection stand in the queue when a second connection
-- begins: through a plain queue its SYN would wait 80 ms. FQ-CoDel has a line for each connection: that of
-- the new one comes first, and from then on both send in turn.
sim.scenario {
  title = "FQ-CoDel lets connections take turns",
  cites = { "RFC 8290 4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, {
  delay = "10ms",
  forward = { rate = "1040kbit", queue = { fq_codel = { quantum = 1040 } } },
})

local options = { initial_window = 10 }

for port = 80, 81 do
  server:app(function()
    local conn = server:listen(port, { mss = 1000 }):accept()
    expect.equal(conn:discard(), 10 * 1000)
    conn:close()
  end)
end

client:app(function()
  local bulk = client:connect(server, 80, options)
  bulk:send(10 * 1000)
  local begun = sim.now()
  local other = client:connect(server, 81, options)
  -- What is being sent goes on; then the SYN.
  expect.truthy(sim.now() - begun < 0.0295)
  other:send(10 * 1000)
  bulk:close()
  other:close()
end)
