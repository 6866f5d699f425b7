-- An echo tells which transmission was acknowledged. RFC 7323 3.1, 4.1; RFC 6298 (3), (5.7).
--
-- Two clients send over a path whose delay grows from 10 ms to 300 ms after the handshake, and both
-- have their first data segment lost. Without timestamps the repeated segment gives no sample
-- (Karn): the backed-off RTO of 2 s stays until something is sent once and acknowledged. With them
-- the ACK echoes the repetition's clock: 600 ms, and the RTO fits the new path at once.
sim.scenario {
  title = "Round trips measured by echo",
  cites = { "RFC7323-16", "RFC6298-16", "RFC7323-19" },
}

local function client(name, number, options, srtt, rto)
  options.address = "10.0." .. number .. ".1"
  local host = sim.host(name, options)
  local server = sim.host("server-" .. number, { address = "10.0." .. number .. ".2", timestamps = true, delayed_ack = false })
  local link = sim.link(host, server, { delay = "10ms" })
  sim.drop { from = host, pattern = "P. 1:1001(1000)", nth = 1 }
  server:app(function() server:listen(80):accept():discard(1000) end)
  host:app(function()
    local conn = host:connect(server, 80)
    expect.near(conn:info().srtt, 0.020, 1e-9)
    link:set { delay = "300ms" }
    conn:send(1000)
    sim.sleep("1900ms")
    expect.equal(conn:info().unsent + conn:info().flight, 0)
    expect.near(conn:info().srtt, srtt, 1e-9)
    expect.near(conn:info().rto, rto, 1e-9)
    conn:abort()
  end)
end

client("with", 1, { timestamps = true, timestamp_offset = 0 }, 0.0925, 1)
client("without", 2, {}, 0.020, 2)

