-- Each kind of fault, and what a rule counts.
local a = sim.host("a", { address = "10.0.0.1", iss = 0xffffff00 })
local b = sim.host("b", { address = "10.0.0.2", iss = 0xffffff80 })
local link = sim.link(a, b, { delay = "10ms" })
local syn = sim.drop { from = a, flags = "S", nth = 1 }
local late = sim.delay { from = b, flags = "S.", by = "100ms" }
local twice = sim.duplicate { on = link, pattern = "a > b: P. 1:4(3)", gap = "1ms" }
local spoilt = sim.corrupt { from = a, pattern = "P. 4:7(3)", count = 1 }
local changed = sim.rewrite {
    from = a, flags = "S",
    with = function(s)
        expect.equal(s.seq, 0)
        expect.equal(s.abs_seq, 0xffffff00)
        expect.equal(s.options, "mss 1460")
        s.options = "mss 700"
    end,
}
local cut = sim.partition(a, b, { from = "20s", to = "30s", oneway = true })
expect.error(function() sim.partition(a, b, { form = 1 }) end, "from")
expect.error(function() sim.corrupt { mask = 0 } end, "mask")
expect.error(function() sim.rewrite {} end, "with")
expect.error(function() sim.drop { gap = 1 } end, "gap")
expect.error(function() sim.drop { pattern = "x > b: S" } end, "unknown host")
b:app(function()
    local conn = b:listen(80):accept()
    expect.equal(conn:info().mss, 700)
    expect.equal(conn:recv(), "one")
    expect.equal(conn:recv(), "two")
    sim.sleep(15)
    conn:send("three")
    conn:close()
end)
a:app(function()
    local conn = a:connect(b, 80)
    expect.near(sim.now(), 1.12, 1e-9)
    conn:send("one")
    sim.sleep(1)
    conn:send("two")
    expect.equal(conn:recv(), "three")
    sim.sleep(10)
    conn:close()
end)
expect.at("2min", function()
    expect.equal(syn.hits, 1)
    expect.equal(syn.matches, 2)
    expect.equal(late.hits, 1)
    expect.equal(twice.hits, 1)
    expect.equal(spoilt.hits, 1)
    expect.equal(changed.hits, 1) -- the drop stands before it
end)
