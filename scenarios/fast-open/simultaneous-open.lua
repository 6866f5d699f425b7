-- Data on a SYN that crosses another: an ordinary simultaneous open. RFC 7413 4.2.2.
--
-- Both have a cookie of the other from before, and open to each other at the same time with data on
-- their SYNs. Neither listens: a SYN that arrives in SYN-SENT has no cookie to prove, and is handled
-- as in RFC 9293. The SYN,ACKs acknowledge the SYNs alone, the data wait in both until the handshake
-- is done or come again, and are read once.
sim.scenario {
  title = "Fast Open: a simultaneous open",
  cites = { "RFC 7413 4.2.2", "RFC7413-14", "RFC 9293 3.5" },
}

local a = sim.host("A", { address = "10.0.0.1", fast_open = "both" })
local b = sim.host("B", { address = "10.0.0.2", fast_open = "both" })
sim.link(a, b, { delay = "10ms" })

local function talk(from, to, name, other)
  from:app(function() -- somebody to get a cookie from
    local conn = from:listen(80):accept()
    expect.equal(conn:recv(), nil)
    conn:close()
  end)
  from:app(function()
    local conn = from:connect(to, 80)
    conn:shutdown()
    expect.equal(conn:recv(), nil)
    conn:close()
    sim.sleep(1 - sim.now())
    conn = from:connect(to, 5000, { local_port = 5000, data = name })
    expect.equal(conn:recv(), other)
    conn:close()
  end)
end
talk(a, b, "from A", "from B")
talk(b, a, "from B", "from A")

expect.segment "1.000 A.5000 > B.5000: SP 0:6(6)"
expect.segment "1.010 A.5000 > B.5000: S. 0:0(0) ack 1"
