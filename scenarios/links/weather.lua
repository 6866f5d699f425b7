-- A link whose weather changes: link:set, link:down and link:up while a transfer runs. RFC 9293 3.8.1.
--
-- The delay is 10 ms; from 1 s on it is 100 ms and the rate 200 kbit/s; from 3 s on the old values hold
-- again, and what is then sent overtakes what is still under way. From 5 s to 6 s the link is down: what is
-- sent meets nothing, what is under way arrives. TCP learns nothing of this but what its RTT samples and
-- its timer tell it.
sim.scenario {
  title = "Changing weather",
  cites = { "RFC 9293 3.8.1", "RFC 6298 2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "10ms" })

sim.at("1s", function() link:set { delay = "100ms", rate = "200kbit" } end)
sim.at("3s", function() link:set { delay = "10ms", rate = false } end)
sim.at("5s", function() link:down() end)
sim.at("6s", function() link:up() end)

server:app(function()
  local conn = server:listen(80):accept()
  while conn:recv() do conn:send("k") end
  conn:close()
end)

local srtt = {}

client:app(function()
  local conn = client:connect(server, 80)
  for i = 1, 14 do
    conn:send(500)
    conn:recv()
    srtt[i] = conn:info().srtt
    if i * 0.5 > sim.now() then sim.sleep(i * 0.5 - sim.now()) end
  end
  conn:close()
end)

client:app(function()
  sim.sleep("10s")
  expect.near(srtt[2], 0.020, 1e-9)
  expect.near(srtt[6], 0.104, 0.001) -- on its way to 0.22
  expect.truthy(srtt[9] < srtt[8] and srtt[8] < srtt[7])
end)

expect.segment("1.000 client > server: P. 1001:1501(500)")
expect.segment("1.121600 server > client: P. 3:4(1)") -- 540 octets at 200 kbit/s take 21.6 ms
-- The delayed ACK of 2.923 is overtaken by the data of 3.000: when it comes it is old, and answered as such.
expect.segment("3.024840 server > client: . 8:8(0) ack 3501")
-- Down: lost, and sent again when its timer expires.
expect.count("client > server: P. 5001:5501(500)", 2)
expect.count("client > server: P. 5001:5501(500)", 1, { as = "delivered" })
expect.segment("6.000 client > server: P. 5001:5501(500)")
