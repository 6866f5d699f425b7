-- The plain queue: five packets, and what finds it full is dropped. RFC 5681 3.1, 3.2.
--
-- 1 Mbit/s: a full segment takes 12 ms. Slow start doubles what is under way until five packets wait, the
-- one that is being sent among them; from then on every second one of a growing window finds no room, and
-- four of one window are lost. They are told by duplicate ACKs, and NewReno repairs one each round trip. At
-- the end even the FIN is dropped: no packet is spared for what it is.
sim.scenario {
  title = "A short queue drops what finds it full",
  cites = { "RFC 5681 3.1", "RFC 5681 3.2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, {
  delay = "10ms",
  rate = "1mbit",
  forward = { limit = 5 },
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

expect.segment("0.145664 client > server: . 20441:21901(1460)") -- dropped, the first
expect.no_segment("client > server: . 20441:21901(1460)", { as = "delivered", before = "200ms" })
expect.count("client > server: . 33581:35041(1460)", 2)
expect.count("client > server: FP. 86141:87601(1460)", 2)
expect.count("client > server: FP. 86141:87601(1460)", 1, { as = "delivered" })
