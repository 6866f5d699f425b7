-- Another answer to a flood: a new SYN takes the place of the oldest half-open connection. RFC 4987 3.4.
--
-- With backlog_full = "recycle" nobody is turned away, but who came first is forgotten first. A slow
-- flood (ten SYNs a second, at the left) turns the eight places over in 0.8 s, and the client's
-- round trip of 20 ms fits in between. A fast one (a thousand a second, at the right) does it in
-- 8 ms: the client's ACK finds its place given away and is answered with RST. That is why this
-- remedy fails when the flood outruns the handshake.
sim.scenario {
  title = "A SYN flood against a backlog that recycles",
  cites = { "RFC 4987 3.4", "RFC4987-2" },
}

local syns = { left = 20, right = 60 }
local pause = { left = 0.1, right = 0.001 }
local client = sim.host("client", { address = "10.0.0.9" })
for i, name in ipairs { "left", "right" } do
  local server = sim.host(name,
    { address = "10.0.0." .. i, backlog = 8, backlog_full = "recycle", synack_retries = 0 })
  local ghost = sim.host("ghost-" .. name, { address = "10.0.1." .. i, tcp = false })
  sim.link(client, server, { delay = "10ms" })
  sim.link(ghost, server, { delay = "1ms" })

  ghost:app(function()
    for n = 1, syns[name] do
      ghost:send(("S %d:%d(0)"):format(n, n),
        { to = server, sport = 1024 + n, dport = 80, absolute = true })
      sim.sleep(pause[name])
    end
  end)
  server:app(function()
    local conn = server:listen(80):accept(3)
    expect.equal(conn and conn:recv(), name == "left" and "hello" or nil)
  end)
  client:app(function()
    sim.sleep(name == "left" and "1s" or "20ms")
    local conn = client:connect(server, 80)
    expect.truthy(conn) -- established, as it thinks
    conn:send("hello")
  end)
end

expect.segment "right > client: R 1:1(0)"
expect.no_segment "left > client: R"
expect.states(client, "CLOSED SYN-SENT ESTABLISHED CLOSED", { nth = 1 })
expect.states(client, "CLOSED SYN-SENT ESTABLISHED", { nth = 2 })
