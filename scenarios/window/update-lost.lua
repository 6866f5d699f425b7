-- The segment that opens the window is lost. RFC 9293 3.8.6.1.
--
-- The server's buffer fills, and its window closes. At 1 s the application reads all, and the ACK that
-- says so is dropped. ACKs are not repeated: without probes both would wait for ever, the client
-- for a window, the server for data. Look at 1.03 s: one RTO after the window closed the client
-- sends one octet beyond the edge, and the answer brings the window.
sim.scenario {
  title = "A probe finds the window whose opening was lost",
  cites = { "RFC 9293 3.8.6.1", "MUST-36", "SHLD-29" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000, recv_buffer = 2000 })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = server, pattern = ". 1:1(0) ack 2001 win 2000", count = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("1s")
  conn:discard(2000)
  conn:discard(1000)
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(3000)
end)

expect.exchange [[
  ...
  0.030 server > client: . 1:1(0) ack 2001 win 0
  1.030 server > client: . 1:1(0) ack 2001 win 2000
  1.040 client > server: . 2001:2002(1) ack 1
  ...
  * client > server: P. 2002:3001(999) ack 1
  ...
]]
