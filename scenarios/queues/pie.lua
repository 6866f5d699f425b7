-- PIE: drops at random on entry, so that the delay comes to a target. RFC 8033 4; RFC 5681 3.2.
--
-- Each 15 ms PIE computes a probability from how far the delay in the queue is from 15 ms and how fast it
-- moves. Drops begin when the first burst's allowance is over (here 50 ms, by default 150) and stop when
-- the delay is below half the target. It drops on entry, so the one that asks too much is hit at once.
sim.scenario {
  title = "PIE",
  cites = { "RFC 8033 4", "RFC 5681 3.2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, {
  delay = "10ms",
  rate = "1mbit",
  forward = { queue = { pie = { burst = "50ms" } } },
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

expect.segment("0.385664 client > server: . 62781:64241(1460)") -- dropped, the first
expect.count("client > server: . 62781:64241(1460)", 3)         -- and the same one once more
expect.count("client > server: . 62781:64241(1460)", 1, { as = "delivered" })
