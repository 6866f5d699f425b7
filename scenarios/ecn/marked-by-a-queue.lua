-- A queue marks instead of dropping: ECE, CWR, and nothing is sent again. RFC 3168 6.1.2, 6.1.3.
--
-- The link's queue sets CE in what finds three packets there. The receiver says so in ECE on every
-- ACK; the sender halves its window once for all that was under way, and tells so by CWR on the next
-- new segment, on which the receiver stops. The whole transfer is without a retransmission: compare
-- the retransmission counts at the end with those of the client that does not use ECN, whose queue
-- overflows in place of being marked.
sim.scenario {
  title = "ECN: a queue marks, the sender slows down, nothing is lost",
  cites = {
    "RFC 3168 6.1.2", "RFC 3168 6.1.3", "RFC3168-10", "RFC3168-13", "RFC3168-15",
    "SHLD-8", "RFC3168-20",
  },
}

local options = { ecn = "on", delayed_ack = false }
local server = sim.host("server", { address = "10.0.0.2", ecn = "passive", delayed_ack = false })
local count = {}
for i, name in ipairs { "marked", "dropped" } do
  local client = sim.host(name, { address = "10.0.1." .. i })
  sim.link(client, server,
    { delay = "10ms", rate = "2mbit", limit = 8, queue = { droptail = { mark = 3 } } })
  server:app(function()
    local conn = server:listen(80 + i):accept()
    conn:discard()
    count[name .. " CE"] = conn:info().ce_segments
    conn:close()
  end)
  client:app(function()
    local conn = client:connect(server, 80 + i, name == "marked" and options or nil)
    conn:send(60000)
    conn:shutdown()
    expect.equal(conn:recv(), nil)
    count[name] = conn:info().total_retransmits
    conn:close()
  end)
end

expect.at("10s", function()
  expect.equal(count["marked"], 0)
  expect.truthy(count["marked CE"] > 0)
  expect.truthy(count["dropped"] > 0)
  expect.equal(count["dropped CE"], 0)
end)
expect.segment "server > marked: .E"
expect.count("marked > server: .W", 1) -- once for each time that the window was halved;
expect.segment "marked > server: FP.W" -- the second time it is the last segment that tells
expect.no_segment "server > dropped: .E"
