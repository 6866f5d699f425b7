-- A window is a number without a sign. RFC 9293 3.1, MUST-1.
--
-- The server offers 40000 octets, whose field, 0x9c40, would be negative with a sign: a sender who
-- reads it so sends nothing, or an octet at a time. Look at the client's first flight after slow
-- start: all 40000 octets leave before the application reads one.
sim.scenario {
  title = "A window of more than 32767",
  cites = { "RFC 9293 3.1", "MUST-1", "RFC1122-1" },
}

local client = sim.host("client", { address = "10.0.0.1", initial_window = 40 })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, recv_buffer = 40000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("1s")
  expect.equal(conn:discard(40000), 40000)
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(40000)
  expect.equal(conn:info().snd_wnd, 40000)
  expect.equal(conn:info().flight, 40000)
end)
