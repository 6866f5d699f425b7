-- CoDel: drops when the delay in the queue has stood too long. RFC 8289 5; RFC 5681 3.2.
--
-- CoDel does not look at the queue's length but at how long each packet has waited when its turn comes.
-- Once that has been above 5 ms for 100 ms, one packet is dropped at the head, the next 100 ms later, then
-- after 100 / sqrt(2) ms: until the sender has slowed down. Four packets of a hundred are lost, of
-- different windows, so duplicate ACKs repair each. Beside the plain queue: it drops a fifth as many, and
-- never several of one window.
sim.scenario {
  title = "CoDel drops when the delay has stood too long",
  cites = { "RFC 8289 5", "RFC 5681 3.2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, {
  delay = "10ms",
  rate = "1mbit",
  forward = { queue = "codel" },
})

local sent = 100 * 1460

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(), sent)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(sent)
  conn:close()
end)

-- Sent when the queue had already stood: dropped when its turn came.
expect.count("client > server: . 24821:26281(1460)", 2)
expect.count("client > server: . 39421:40881(1460)", 2)
expect.count("client > server: . 71541:73001(1460)", 2)
expect.count("client > server: . 112421:113881(1460)", 2)
expect.count("client > server: . 112421:113881(1460)", 1, { as = "delivered" })
