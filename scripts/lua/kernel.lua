-- kernel.lua - the stage of scenarios/captures: two hosts A and B as a real Linux 6.18 was set when
-- the captures in tests/data/captures were made, 10 ms apart.
--
-- There are two sets: `-D set=linux`, the kernel's defaults with Reno, and `-D set=rfc`, no options
-- but MSS, no RACK and no tail loss probe, an RTO of at least 1 s, which Linux adds to SRTT.
local kernel = {}

kernel.set = sim.param("set", "linux")
if kernel.set ~= "linux" and kernel.set ~= "rfc" then
  error("set is linux or rfc, not " .. kernel.set)
end
kernel.rfc = kernel.set == "rfc"
-- What a full segment holds: timestamps take twelve octets of each.
kernel.mss = kernel.rfc and 1460 or 1448

local function options(address, own)
  local values = { address = address, profile = "linux", congestion = "reno" }
  if kernel.rfc then
    values.timestamps, values.sack, values.dsack, values.window_scale = false, false, false, false
    values.rto_min = "1s"
    values.syn_linear = false
  end
  for name, value in pairs(own or {}) do values[name] = value end
  return values
end

-- Two hosts and the link between them. `delay` is one way. The segments of a burst are a few
-- microseconds apart, as they are on a fast Ethernet; with `batch` they arrive together, as the
-- kernel's card sometimes handed them over.
function kernel.stage(delay, of_a, of_b, batch)
  local a = sim.host("A", options("10.0.0.1", of_a))
  local b = sim.host("B", options("10.0.0.2", of_b))
  local link = sim.link(a, b, { delay = delay or "10ms", rate = not batch and "1gbit" or nil })
  return a, b, link
end

-- Somebody beside B whose segments reach it at once, in whoever's name.
function kernel.forger(b)
  local forger = sim.host("forger", { address = "10.0.0.66", tcp = false })
  sim.link(forger, b)
  return function(segment, options)
    local forged = { from = forger, to = b, segment = "A > B: " .. segment }
    for name, value in pairs(options or {}) do forged[name] = value end
    sim.inject(forged)
  end
end

-- A's application: connects, asks with 100 octets after 110 ms and reads as many; 100 ms later
-- comes what the case is about.
function kernel.client(a, b, act)
  a:app(function()
    local conn = a:connect(b, 80, { local_port = 40000 })
    sim.sleep("110ms")
    conn:send(100)
    conn:recv_all(100)
    sim.sleep("100ms")
    act(conn)
  end)
end

-- B's application: accepts, answers the first 100 octets with as many.
function kernel.server(b, act)
  b:app(function()
    local conn = b:listen(80):accept()
    conn:recv_all(100)
    conn:send(100)
    if act then act(conn) end
  end)
end

return kernel
