-- Random Early Detection: drops before the queue is full. Floyd and Jacobson 1993; RFC 5681 3.2.
--
-- RED keeps an average of the queue's length: below `min` packets it drops nothing, up to `max` one by
-- chance, the more likely the longer the average, beyond it all. (The averages of the paper, min 5, max 15
-- and a weight of 0.002, are for many flows; here is one, so the numbers are small.) The queue has no
-- limit, and needs none.
sim.scenario {
  title = "RED drops before the queue is full",
  cites = { "RFC 5681 3.2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, {
  delay = "10ms",
  rate = "1mbit",
  forward = { queue = { red = { min = 2, max = 8, probability = "10%", weight = 0.2 } } },
})

local sent = 60 * 1460

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

expect.count("client > server: . 39421:40881(1460)", 2) -- dropped, the first
expect.count("client > server: . 39421:40881(1460)", 1, { as = "delivered" })
expect.count("client > server: . 51101:52561(1460)", 2) -- by chance, not every second one
expect.count("client > server: . 52561:54021(1460)", 2)
expect.count("client > server: . 54021:55481(1460)", 1)
