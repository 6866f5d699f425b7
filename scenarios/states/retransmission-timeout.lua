-- Data that nobody acknowledges end the connection. RFC 9293 3.8.3.
--
-- The link goes down at 1 s, as the client sends. The data are repeated with doubled intervals: 2,
-- 4 and 8 s; with `retries = 3` the third is the last, and one RTO after it, at 16 s, the
-- connection is closed with "timed out". No RST is sent, since nobody seems to be there. The
-- default of 15 repetitions lasts over ten minutes. The server has nothing to send and never learns
-- of it.
sim.scenario {
  title = "Too many retransmissions",
  cites = { "RFC 9293 3.8.3", "SHLD-10", "SHLD-9", "MUST-20", "MUST-21", "RFC6298-14" },
}

local client = sim.host("client", { address = "10.0.0.1", retries = 3 })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "10ms" })

server:app(function() expect.truthy(server:listen(80):accept()) end)

client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep(1 - sim.now())
  link:down()
  conn:send("hello")
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "timed out")
  expect.near(sim.now(), 16, 1e-9)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  1.000 client > server: P. 1:6(5) ack 1         # lost, as all that follow
  2.000 client > server: P. 1:6(5) ack 1
  4.000 client > server: P. 1:6(5) ack 1
  8.000 client > server: P. 1:6(5) ack 1
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED")
