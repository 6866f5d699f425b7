-- Two ends agree on how long to wait for each other. RFC 5482.
--
-- The client knows that it will lose its path for ten minutes. Left alone, both ends would give up:
-- R2 ends a connection after three repetitions here, which take some fifteen seconds. With the user
-- timeout option each tells the other how long it is willing to wait. Look at "uto" on the two SYNs
-- and on the first segment behind them: 15 minutes from the client, 5 (the default) from the server.
-- Both adopt the longer one, within their limits. The path is cut while data are under way, and the
-- repetitions go on, a minute apart at the most; the first after the cut is acknowledged.
sim.scenario {
  title = "The user timeout option: a connection outlives a long cut",
  cites = { "RFC 5482 3", "RFC 9293 3.8.3", "RFC5482-11", "RFC5482-1", "RFC5482-5", "RFC5482-8" },
}

local client = sim.host("client", {
  address = "10.0.0.1", uto = true, uto_advertise = "15min", retries = 3 })
local server = sim.host("server", { address = "10.0.0.2", uto = true, retries = 3 })
sim.link(client, server, { delay = "10ms" })
sim.partition(client, server, { from = "1s", to = "10min" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:info().uto_remote, 900)
  expect.equal(conn:info().user_timeout, 900)
  expect.equal(conn:recv(), "still there?")
  conn:send("yes")
  expect.equal(conn:recv(), nil)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:info().uto_remote, 300)
  expect.equal(conn:info().user_timeout, 900)   -- its own is the longer one
  sim.sleep("2s")
  conn:send("still there?")
  expect.equal(conn:recv(), "yes")
  conn:close()
end)

expect.exchange [[
  0.000 client > server: S 0:0(0) <mss 1460,uto 900s>
  0.010 server > client: S. 0:0(0) ack 1 <mss 1460,uto 300s>
  0.020 client > server: . 1:1(0) ack 1 <uto 900s>
  2.020 client > server: P. 1:13(12) ack 1 <>
  3.020 client > server: P. 1:13(12) ack 1 <>
  5.020 client > server: P. 1:13(12) ack 1 <>
  ...
]]
