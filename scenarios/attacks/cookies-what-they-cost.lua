-- What SYN cookies cost those who mean it. RFC 4987 3.6.
--
-- 32 bits hold little: the MSS is rounded down to one of eight classes (the client at port 80
-- announces 1400 and is taken for 1220), and window scale and SACK are given up, unless timestamps are
-- used: then the last bits of the SYN,ACK's timestamp hold them, and the client at port 81 keeps both.
-- And the third segment carries the connection: at port 82 it is lost, and the server is to speak
-- first. The client is ESTABLISHED, the server knows nothing, and both wait: nobody repeats an ACK.
-- Whatever the client sends within two minutes proves the cookie all the same; here it is its FIN,
-- after ten seconds.
sim.scenario {
  title = "SYN cookies: options given up, and the deadlock of a lost ACK",
  cites = { "RFC 4987 3.6", "RFC4987-6", "RFC4987-7" },
  allow = "unfinished",
}

local client = sim.host("client", { address = "10.0.0.1", sack = true, window_scale = 7 })
local server = sim.host("server",
  { address = "10.0.0.2", sack = true, window_scale = 3, timestamps = true, syn_cookies = "on" })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, pattern = "client.4082 > server.82: .", nth = 1 }

local kept = {}
for port = 80, 82 do
  server:app(function()
    local conn = server:listen(port):accept()
    kept[port] = conn:info()
    conn:send("welcome")
  end)
end

local function connect(port, options)
  options.local_port = 4000 + port
  return client:connect(server, port, options)
end
client:app(function() expect.equal(connect(80, { mss = 1400 }):recv(), "welcome") end)
client:app(function() expect.equal(connect(81, { timestamps = true }):recv(), "welcome") end)
client:app(function()
  local conn = connect(82, {})
  expect.equal(conn.state, "ESTABLISHED")
  expect.equal(select(2, conn:wait("CLOSE-WAIT", "10s")), "timed out")
  conn:shutdown()
  expect.equal(conn:recv(), "welcome")
  expect.near(sim.now(), 10.040, 1e-9)
end)

expect.at("5s", function()
  expect.equal(kept[80].mss, 1220)
  expect.equal(kept[81].mss, 1448)
  expect.equal(kept[82], nil)
end)
expect.segment "server.80 > client.4080: S. <mss 1460>"
expect.segment "server.81 > client.4081: S. <mss 1460,sackOK,wscale 3,...>"
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2", { nth = 3 })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT", { nth = 3 })
