-- Once agreed upon, the timestamp is on every segment; one without it is dropped. RFC 7323 3.2.
--
-- A segment without the option cannot be checked for its age. The first server drops it without a
-- word, but keeps the connection; a RST may lack it. The second follows those stacks that take such
-- segments all the same.
sim.scenario {
  title = "A segment without the agreed timestamp",
  cites = { "RFC7323-10", "RFC7323-11" },
  allow = "integrity",
}

local client = sim.host("client", { address = "10.0.0.1", timestamps = true })

local function server(name, number, policy, text)
  local host = sim.host(name, { address = "10.0." .. number .. ".1", timestamps = true, missing_timestamp = policy, delayed_ack = false })
  sim.link(client, host, { delay = "10ms" })
  host:app(function()
    local conn = host:listen(80):accept()
    expect.equal(conn:recv_all(5), text)
    local _, err = conn:recv()
    expect.equal(err, "connection reset")
  end)
  client:app(function()
    local conn = client:connect(host, 80)
    sim.sleep("100ms")
    conn:send("truth")
  end)
  sim.at(0.1, function() sim.inject { from = client, to = host, segment = "P. 1:6(5) ack 1", payload = "lying" } end)
  sim.at(0.3, function() sim.inject { from = client, to = host, segment = "R 6:6(0)" } end)
  return host
end

local strict = server("strict", 1, "drop", "truth")
local lenient = server("lenient", 2, "accept", "lying")
expect.no_segment("strict > client: .", { before = 0.125, after = 0.105 })
expect.segment("lenient > client: . 1:1(0) ack 6", { before = 0.115 })
