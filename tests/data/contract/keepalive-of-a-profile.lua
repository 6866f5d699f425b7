-- TCP options: a kernel's profile says when its keepalive probes and how often once it is on, so
-- `true` is enough there, and a list may leave out what is to be as it is there.
sim.scenario { title = "The keepalive of a profile", limit = "3h" }
local client = sim.host("client", { address = "10.0.0.1", profile = "linux" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, after = "1s" }

local function given_up_after(keepalive, seconds, options)
  client:app(function()
    options.keepalive = keepalive
    local conn = client:connect(server, 80, options)
    local began = sim.now()
    local octets, message = conn:recv()
    expect.equal(octets, nil)
    expect.equal(message, "timed out")
    expect.near(sim.now() - began, seconds, 0.011) -- the last segment came 10 ms ago, or now
  end)
end
given_up_after(true, 7200 + 9 * 75, {})
given_up_after({ idle = "10s" }, 10 + 9 * 75, {})
given_up_after({ idle = "10s", count = 2 }, 10 + 2 * 75, {})
given_up_after({ interval = "1s" }, 7200 + 9, {})
given_up_after(true, 7200 + 8 * 75, { profile = "freebsd" })
server:app(function()
  local listener = server:listen(80)
  for _ = 1, 5 do listener:accept() end
end)
