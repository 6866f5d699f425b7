-- PAWS does not look at a RST, and a RST leaves no timestamp behind. RFC 7323 5.2.
--
-- Timestamps on RSTs come from hosts that may have lost their clock with their connection, so the
-- value proves nothing. The first forged RST stands in the window but is not exact: its great
-- timestamp must not become TS.Recent, else the true client's next segment would seem old. The
-- second is exact, and has a timestamp of long ago: it ends the connection all the same.
sim.scenario { title = "PAWS spares a RST", cites = { "RFC 7323 5.2", "RFC7323-18" } }

local client = sim.host("client", { address = "10.0.0.1", timestamps = true, timestamp_offset = 1000 })
local server = sim.host("server", { address = "10.0.0.2", timestamps = true, timestamp_offset = 9000, delayed_ack = false })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "hello")
  expect.equal(conn:info().ts_recent, 1200)
  local data, err = conn:recv()
  expect.equal(data, nil)
  expect.equal(err, "connection reset", { shows = "RFC7323-18" })
end)
client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep(0.180)
  conn:send("hello")
end)

local function reset(segment) return function() sim.inject { from = client, to = server, segment = segment } end end
sim.at(0.1, reset "R 5:5(0) <TS val 4000000 ecr 0>")
sim.at(0.3, reset "R 6:6(0) <TS val 1 ecr 0>")

expect.exchange [[
  ...
  0.100 client > server: R 5:5(0) <TS val 4000000 ecr 0>               # forged
  0.110 server > client: . 1:1(0) ack 1 <nop,nop,TS val 9110 ecr 1020>   # a challenge
  0.200 client > server: P. 1:6(5) ack 1 <nop,nop,TS val 1200 ecr 9110>
  0.210 server > client: . 1:1(0) ack 6 <nop,nop,TS val 9210 ecr 1200>
  0.300 client > server: R 6:6(0) <TS val 1 ecr 0>                     # forged
]]
expect.segment("server > client: . 1:1(0) ack 6 <TS val 9210 ecr 1200,...>", { shows = "RFC7323-18" })
