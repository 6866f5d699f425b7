-- A closed window keeps urgent octets back, not the news of them. RFC 9293 3.8.5, 3.8.6.1.
--
-- The server's buffer of 2000 octets is full, and its application sleeps. The client has urgent
-- data, which may not leave: look at the segment without text at 0.5 s, flag U with "urg 3". It
-- wakes the reader, who reads up to the mark: this opens the window, and the urgent octets come.
-- Without the news he would not have known that reading mattered.
sim.scenario {
  title = "Urgent data are announced into a closed window",
  cites = { "RFC 9293 3.8.5", "MUST-30", "MUST-32", "MUST-66" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, recv_buffer = 2000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:urgent(), 2003)
  expect.near(sim.now(), 0.51, 1e-9)
  conn:discard(2000)
  expect.equal(conn:recv(), "!!!")
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(2000)
  sim.sleep(0.5 - sim.now())
  expect.equal(conn:info().snd_wnd, 0)
  conn:send("!!!", { urgent = true })
  expect.equal(conn:info().snd_up, 2004)
end)

expect.exchange [[
  ...
  0.030 server > client: . 1:1(0) ack 2001 win 0
  0.500 client > server: .U 2001:2001(0) ack 1 urg 3
  0.510 server > client: . 1:1(0) ack 2001 win 2000
  0.520 client > server: P.U 2001:2004(3) ack 1 urg 3
  ...
]]
