-- Fine print, "Giving up": idle is counted from the last segment received; the end comes one interval
-- after the last unanswered probe, with "timed out" and no RST.
local client = sim.host("client", {
  address = "10.0.0.1", keepalive = { idle = "10s", interval = "5s", count = 3 },
})
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "10ms" })

server:app(function() server:listen(80):accept():recv() end, { daemon = true })
client:app(function()
  local conn = client:connect(server, 80)
  sim.sleep("11s")
  link:down()
  expect.equal(select(2, conn:recv()), "timed out")
  expect.near(sim.now(), 35.04, 1e-9)
end)
expect.exchange [[
  0.000 client > server: S
  0.010 server > client: S.
  0.020 client > server: . 1:1(0)
  10.020 client > server: . 0:0(0) ack 1
  10.030 server > client: . 1:1(0) ack 1
  20.040 client > server: . 0:0(0) ack 1
  25.040 client > server: . 0:0(0) ack 1
  30.040 client > server: . 0:0(0) ack 1
]]
