-- Delayed ACKs: every second full segment at once, a lone one after 200 ms. RFC 9293 3.8.6.3.
--
-- Three full segments arrive 1 ms apart. The second draws an ACK for two at once, 2001; the third
-- has no partner, and its ACK leaves 200 ms after it came (0.232). A reply that leaves sooner saves
-- the bare ACK: the answer to the question of 1 s carries it.
sim.scenario {
  title = "Delayed ACKs",
  cites = { "RFC 9293 3.8.6.3", "MUST-40", "SHLD-18", "SHLD-19" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(#conn:recv_all(3000), 3000)
  expect.equal(conn:recv(), "question")
  conn:send("answer")
end)

client:app(function()
  local conn = client:connect(server, 80)
  for _ = 1, 3 do
    conn:send(1000)
    sim.sleep("1ms")
  end
  sim.sleep(1 - sim.now())
  conn:send("question")
  expect.equal(conn:recv(), "answer")
end)

expect.exchange [[
  ...
  0.020 client > server: P. 1:1001(1000) ack 1
  0.021 client > server: P. 1001:2001(1000) ack 1
  0.022 client > server: P. 2001:3001(1000) ack 1
  0.031 server > client: . 1:1(0) ack 2001
  0.232 server > client: . 1:1(0) ack 3001
  1.000 client > server: P. 3001:3009(8) ack 1
  1.010 server > client: P. 1:7(6) ack 3009      # data and ACK in one
  1.220 client > server: . 3009:3009(0) ack 7
]]
