-- A receiver may keep what has come until a PSH. RFC 1122 4.2.2.2 (MAY), RFC 9293 3.9.1.2.
--
-- The client sends three parts; only the second is pushed. A server of the usual kind is handed each as
-- it comes. The patient one, with hold_unpushed, gets the first two in one piece when the PSH comes, and the
-- third with the end of the stream, which nothing can follow. It acknowledges all of them at once
-- all the same: an ACK says that the octets have come, not that anybody has read them.
sim.scenario {
  title = "Received text waits for a PSH",
  cites = { "RFC1122-8", "MAY-16", "RFC 1122 4.2.2.2" },
}

local client = sim.host("client", { address = "10.0.0.1", nagle = false })

local function reader(name, number, hold, reads)
  local server = sim.host(name, {
    address = "10.0.0." .. number, delayed_ack = false, hold_unpushed = hold,
  })
  sim.link(client, server, { delay = "10ms" })
  server:app(function()
    local conn = server:listen(80):accept()
    for _, read in ipairs(reads) do
      expect.equal(conn:recv(), read[2])
      expect.near(sim.now(), read[1], 1e-9)
    end
    expect.equal(conn:recv(), nil)
  end)
  client:app(function()
    local conn = client:connect(server, 80)
    sim.sleep(0.1 - sim.now())
    conn:send("one ", { push = false })
    sim.sleep("100ms")
    conn:send("two ")
    sim.sleep("100ms")
    conn:send("three", { push = false })
    sim.sleep("100ms")
    conn:shutdown()
  end)
  expect.segment("0.110 " .. name .. " > client: . 1:1(0) ack 5")
end

reader("usual", 2, false, { { 0.110, "one " }, { 0.210, "two " }, { 0.310, "three" } })
reader("patient", 3, true, { { 0.210, "one two " }, { 0.410, "three" } })
