-- Where initial sequence numbers come from: a clock, and a secret for each pair of sockets. RFC 9293 3.4.1, RFC 6528.
--
-- The clock ticks every 4 microseconds, so one second is worth 250,000 numbers: a second connection
-- between the same sockets, opened later, begins far above the first, and old segments do not fit into
-- it. To this is added a keyed hash of addresses and ports: connections of other sockets are shifted by
-- amounts that say nothing about each other, so that he who may connect cannot tell the numbers of his
-- neighbours. (The server's port is closed: each opening is refused, and its SYN is all that is looked at.)
sim.scenario {
  title = "Initial sequence numbers: a clock and a secret",
  cites = {
    "RFC 9293 3.4.1", "RFC6528-4", "RFC6528-3", "MUST-8", "MUST-9", "SHLD-1", "RFC6528-1", "RFC6528-2",
  },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server)

local isn = {}
sim.rewrite { -- changes nothing: it looks at the SYNs
  from = client, flags = "S",
  with = function(segment) isn[#isn + 1] = segment.abs_seq end,
}

client:app(function()
  local function opens(port) client:connect(server, 80, { local_port = port }) end
  opens(5000)
  sim.sleep("1s")
  opens(5000)
  sim.sleep("10us")
  opens(5000)
  opens(5001)
  opens(5002)

  local function after(a, b) return (b - a) % 2 ^ 32 end
  expect.equal(after(isn[1], isn[2]), 250000)
  expect.near(after(isn[2], isn[3]), 2.5, 0.5)
  -- At the same instant other ports are somewhere else altogether, and not at equal distances.
  local first, second = after(isn[3], isn[4]), after(isn[4], isn[5])
  expect.truthy(first > 1e6 and first < 2 ^ 32 - 1e6)
  expect.truthy(second > 1e6 and second < 2 ^ 32 - 1e6)
  expect.truthy(math.abs(first - second) > 1e6, { shows = "MUST-9" })
  expect.truthy(first ~= second, { shows = "RFC6528-2" })
end)
