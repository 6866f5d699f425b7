-- Two hours of silence: the least that a keep-alive may wait by itself. RFC 9293 3.8.4.
--
-- The server keeps its connections alive with the values that every stack of today begins with: a
-- first probe after two hours, then one every 75 s, nine at the most. Nothing is sent in these two
-- hours by anybody. Look at the probe at 2 h: it has no text and SEQ = SND.NXT - 1, which makes it
-- unacceptable on purpose, so that the client's TCP answers, and its application hears nothing.
-- Then the client's path is cut: nine probes stay unanswered, and the connection ends with no segment more.
sim.scenario {
  title = "A keep-alive after two hours",
  cites = { "RFC 9293 3.8.4", "MUST-24", "MUST-26", "MUST-28", "MAY-5", "SHLD-12" },
  limit = "6h",
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2", keepalive = { "2h", "75s", 9 } })
local link = sim.link(client, server, { delay = "10ms" })
sim.at("3h", function() link:down() end)

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(select(2, conn:recv()), "timed out")
  expect.near(sim.now(), 0.03 + 0.02 + 4 * 3600 + 9 * 75, 1e-9)
end)

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(select(2, conn:recv()), nil)
end, { daemon = true })

expect.segment("server > client: . 0:0(0) ack 1", { after = "7200s", before = "7201s" })
expect.segment("client > server: . 1:1(0) ack 1", { after = "7200s", before = "7201s" })
expect.count("server > client: . 0:0(0) ack 1", 1 + 9)
