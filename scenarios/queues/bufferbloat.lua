-- Bufferbloat: the same transfer through a long plain queue and through FQ-CoDel. RFC 8290 1, RFC 7567 1.
--
-- Two homes with the same line, 500 kbit/s and 20 ms there and back. In each somebody uploads, and somebody
-- else plays: one octet every 100 ms, whose echo is waited for. In the first home the queue takes a hundred
-- packets: the upload fills it, and the octet waits behind nearly half a second of data. In the second,
-- FQ-CoDel gives the game a line of its own: it waits for one packet of the upload, 24 ms, and the upload
-- takes hardly longer. Same line, same TCP.
sim.scenario {
  title = "Bufferbloat, and the queue that mends it",
  cites = { "RFC 8290 1", "RFC 8289 1" },
}

local sent = 70 * 1460
local worst, took = {}, {}

local function home(number, name, queue)
  local here = sim.host(name, { address = "10.0." .. number .. ".1" })
  local there = sim.host(name .. "-server", { address = "10.0." .. number .. ".2" })
  sim.link(here, there, { delay = "10ms", rate = "500kbit", limit = 100, queue = queue })

  there:app(function()
    local conn = there:listen(80):accept()
    expect.equal(conn:discard(), sent)
    took[name] = sim.now()
    conn:close()
  end)
  there:app(function()
    local conn = there:listen(81, { nagle = false }):accept()
    while conn:recv() do conn:send("!") end
    conn:close()
  end)
  here:app(function()
    local conn = here:connect(there, 80)
    conn:send(sent)
    conn:close()
  end)
  here:app(function()
    local conn = here:connect(there, 81, { nagle = false })
    worst[name] = 0
    for _ = 1, 12 do
      local begun = sim.now()
      conn:send("?")
      conn:recv(1)
      worst[name] = math.max(worst[name], sim.now() - begun)
      sim.sleep("100ms")
    end
    conn:close()
  end)
end

home(1, "plain", "droptail")
home(2, "fair", "fq_codel")

sim.at("1min", function()
  expect.truthy(worst.plain > 0.400)
  expect.truthy(worst.fair < 0.080)
  expect.truthy(took.fair < 1.2 * took.plain)
end)
