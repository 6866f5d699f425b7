-- A geostationary satellite: a quarter of a second each way. RFC 2488, RFC 9293 3.8.6, RFC 7323 1.1.
--
-- 10 Mbit/s, but a round trip of half a second: 625,000 octets fit into the path, and a window without
-- scaling is at most 65,535. So the link is idle nine tenths of the time, whatever its rate: seven large
-- segments, then nothing until their ACKs are back. The second connection scales its window, which then
-- grows with each round trip.
sim.scenario {
  title = "A satellite link and the window",
  cites = { "RFC 2488 2", "RFC 9293 3.8.6", "RFC 7323 2" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "250ms", rate = "10mbit", mtu = 9000 })

local sent = 400000

local function transfer(port, options)
  local listener = server:listen(port, options)
  local conn = listener:accept()
  local begun = sim.now()
  expect.equal(conn:discard(), sent)
  conn:close()
  return sim.now() - begun
end

server:app(function()
  local narrow = transfer(80)
  local wide = transfer(81, { window_scale = 6, recv_buffer = 4000000 })
  expect.near(narrow, 4.034, 0.001) -- a window each round trip
  expect.near(wide, 2.291, 0.001)   -- a window that grows with each
end)

client:app(function()
  local conn = client:connect(server, 80, { initial_window = 8 })
  conn:send(sent)
  conn:close()
  sim.sleep("20s")
  conn = client:connect(server, 81, { initial_window = 8, window_scale = 6, send_buffer = 4000000 })
  conn:send(sent)
  conn:close()
end)
