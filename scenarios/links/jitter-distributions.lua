-- The four distributions of jitter, side by side. netem.
--
-- Four pairs of hosts, one link each: a delay of 100 ms with a jitter of 20 ms. The client sends 100 small
-- segments, far enough apart not to overtake; the server notes when each comes. uniform stays within 20 ms
-- of the delay on both sides; normal has 20 ms for a standard deviation; pareto is nearly always a little
-- early and now and then very late; paretonormal is a quarter of the one and three quarters of the other.
sim.scenario {
  title = "Four distributions of jitter",
  cites = {},
}

local count = 100
local delays = {}

local function pair(number, distribution)
  local peer = sim.host(distribution, { tcp = false, address = "10.0." .. number .. ".1" })
  local sink = sim.host(distribution .. "-sink", { tcp = false, address = "10.0." .. number .. ".2" })
  sim.link(peer, sink, { delay = "100ms", jitter = "20ms", distribution = distribution })
  delays[distribution] = {}
  peer:app(function()
    for i = 1, count do
      peer:send(". 1:1(0) ack 1", { to = sink, sport = 4000, dport = 80 })
      local sent = sim.now()
      sink:expect(". 1:1(0)", { within = "1s" })
      table.insert(delays[distribution], sim.now() - sent)
      sim.sleep("1s")
    end
    table.sort(delays[distribution])
  end)
end

pair(1, "uniform")
pair(2, "normal")
pair(3, "pareto")
pair(4, "paretonormal")

-- What lies below the share, and the middle.
local function rank(distribution, share) return delays[distribution][math.floor(share * count)] end
local function near(distribution, share, expected)
  expect.near(rank(distribution, share), expected, 0.004)
end

sim.at("10min", function()
  near("uniform", 0.5, 0.100)
  near("uniform", 0.84, 0.1136)
  expect.truthy(delays.uniform[1] >= 0.080 and delays.uniform[count] < 0.120)
  near("normal", 0.16, 0.080) -- one standard deviation below
  near("normal", 0.5, 0.100)
  near("normal", 0.84, 0.120)
  near("pareto", 0.05, 0.0871) -- (1 - 1.5) 4/3 of the jitter below the delay, and hardly less
  near("pareto", 0.5, 0.0936)
  expect.truthy(delays.pareto[count] > 0.150) -- the long tail
  near("paretonormal", 0.5, 0.0952)
  expect.truthy(delays.paretonormal[count] > 0.140)
end)
