-- A radio link that fades: a delivery trace instead of a rate. mahimahi; RFC 5681 3.1, RFC 6298.
--
-- The trace says at which millisecond 1500 octets can leave. At first there is one each ten milliseconds,
-- 1.2 Mbit/s; from 200 ms on ever fewer, from 360 ms to 3 s none at all (somebody closed a door), then it
-- comes back. Nothing is lost: the packets wait in the queue. TCP cannot tell: its timer expires, it sends
-- again what is only waiting, and slow start begins anew. Watch the copies arrive when the door opens:
-- every one was a waste of the air.
sim.scenario {
  title = "A Wi-Fi fade",
  cites = { "RFC 5681 3.1", "RFC 6298 5", "RFC6298-13" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "2ms", trace = "wifi-fade.trace" })

local sent = 50 * 1460

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

-- An opportunity each ten milliseconds, then each forty, then none.
expect.count("0.200 client > server: . 26281:27741(1460)", 0, { as = "delivered" })
expect.count("client > server: . 29201:30661(1460)", 2)
expect.segment("1.322 client > server: . 29201:30661(1460)") -- the timer: it only waits
expect.no_segment("* client > server: . 32121:33581(1460)", { as = "delivered", after = "400ms", before = "3s" })
-- Both copies arrive, and what the second tells the receiver is nothing.
expect.count("client > server: . 29201:30661(1460)", 2, { as = "delivered" })
