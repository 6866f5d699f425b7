-- What holds says nothing.
local client = sim.host("client", { address = "10.0.0.1", iss = 0xffffff00 })
local server = sim.host("server", { address = "10.0.0.2", iss = 0xffffff80 })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  conn:send(conn:recv())
  expect.equal(conn:recv(), nil)
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello")
  expect.equal(conn:recv(), "hello")
  conn:close()
end)

expect.exchange [[
  # a remark of its own, a blank line, relative times

  0.000 client > server: S 0:0(0)
  +.010 server > client: S. 0:0(0) ack 1   # behind a pattern
  ...
  * client > server: F. 6:6(0) ack 6
  ...
]]
expect.exchange("...")
expect.exchange([[
  client > server: S 4294967040:4294967040(0)
  ...
]], { absolute = true })
expect.segment("client > server: S 0:0(0) <mss 1460,...>", { shows = "MUST-12" })
expect.segment("P. 1:6(5)", { nth = 2, as = "delivered" })
expect.segment("P. 1:6(5)", { after = "30ms", before = "31ms" })
expect.no_segment("R.")
expect.no_segment("client > server: P.", { nth = 2 })
expect.no_segment("P.", { before = "20ms" })
expect.count("S.", 1)
expect.count("P.", 0, { after = "31ms" })
expect.count("P.", 1, { within = "20ms" })
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(server, [[CLOSED LISTEN SYN-RECEIVED ESTABLISHED
                        CLOSE-WAIT LAST-ACK CLOSED]], { nth = 1 })
expect.equal(1, 1.0)
expect.equal({ 1, { x = "y" } }, { 1, { x = "y" } })
expect.truthy(0)
expect.near(1.0, 1.05, 0.1)
expect.error(function() error("no such thing") end, "such")
expect.error(function() error({}) end)
expect.at("25ms", function()
  expect.count("P.", 1)
  expect.segment("P.")
  expect.no_segment("S", { within = "20ms" })
end)
