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
function kernel.stage(delay, of_a, of_b, batch, mtu)
  local a = sim.host("A", options("10.0.0.1", of_a))
  local b = sim.host("B", options("10.0.0.2", of_b))
  local link = sim.link(a, b, { delay = delay or "10ms", rate = not batch and "1gbit" or nil, mtu = mtu })
  return a, b, link
end

-- Somebody beside a host whose segments reach it at once, in A's name or
-- in that of `way`.
function kernel.forger(victim, way)
  local forger = sim.host("forger", { address = "10.0.0.66", tcp = false })
  sim.link(forger, victim)
  return function(segment, options)
    local forged = { from = forger, to = victim, segment = (way or "A > B: ") .. segment }
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

-- Segments that belong to nothing, forged one in 100 ms in A's name, each from a port of its own.
function kernel.strays(b, port, segments)
  local forge = kernel.forger(b)
  for i, segment in ipairs(segments) do
    sim.at((i - 1) * 0.1, function()
      forge(segment .. " win 65535", { absolute = true, sport = 39999 + i, dport = port })
    end)
  end
end

-- Forgeries in A's name, each with its time, while A waits `pause` before it sends ten octets.
function kernel.forged(a, b, pause, forgeries)
  local forge = kernel.forger(b)
  for _, forgery in ipairs(forgeries) do
    sim.at(forgery[1], function() forge(forgery[2] .. " win 65535") end)
  end
  kernel.client(a, b, function(conn)
    sim.sleep(pause)
    conn:send(10)
  end)
  kernel.server(b, function(conn) conn:recv() end)
end

-- What reaches B from 2 s on, one segment in 700 ms, in A's name: `n` is A's next number, `una` what B
-- waits to see acknowledged, `nxt` its next number. The last RST is exact, the ACK behind it shows
-- what has become of B.
function kernel.probes(b, n, una, nxt)
  local forge = kernel.forger(b)
  local far = 1 << 30
  local function one(flags, seq, ack, len)
    len = len or 0
    local first, last = seq % 2 ^ 32 // 1, (seq + len) % 2 ^ 32 // 1
    return string.format("%s %d:%d(%d)%s win 65535", flags, first, last, len,
      ack and string.format(" ack %d", ack % 2 ^ 32 // 1) or "")
  end
  local segments = {
    one("R", n + 100), one("S", n), one("R", n - 50), one("S", n + far), one("S.", n, una),
    one(".", n - 1, una), one(".", n + far, una), one(".", n, nxt + 1000), one(".", n, una), one(".", n, una - far),
    one("P.", n - 20, una, 10), one("P", n, nil, 10), one("P.", n + far, una, 10), one("F.", n + far, una), one("F", n),
    one("-", n), one("R.", n + 100, una), one("R", n), one(".", n, una),
  }
  for i, segment in ipairs(segments) do
    sim.at(2 + (i - 1) * 0.7, function() forge(segment) end)
  end
end

-- A connection for each probe, one a second, from a port of its own, all forged in A's name: SYN 1000,
-- with `closes` the ACK of the SYN,ACK and that of the FIN by which B, which lets go at once, answers;
-- then the probe, and 100 ms apart the `rest`. Where the probe has ended the connection, they draw RST.
-- What B sends is lost; its ISS is 7000.
function kernel.ports(b, closes, probes, rest)
  sim.drop { from = b }
  local forge = kernel.forger(b)
  local listener = b:listen(80, { iss = 7000 })
  b:app(function()
    while true do
      local conn = listener:accept()
      if closes then
        sim.sleep("100ms")
        conn:close()
      end
    end
  end, { daemon = true })
  for i, probe in ipairs(probes) do
    local function at(offset, segment)
      sim.at(i - 1 + offset, function()
        forge(segment, { absolute = true, sport = 39999 + i, dport = 80 })
      end)
    end
    at(0, "S 1000:1000(0) win 65535 <mss 1460>")
    if closes then
      at(0.1, ". 1001:1001(0) ack 7001 win 65535")
      at(0.3, ". 1001:1001(0) ack 7002 win 65535")
    end
    at(0.4, probe .. " win 65535")
    for j, segment in ipairs(rest) do at(0.4 + 0.1 * j, segment .. " win 65535") end
  end
end

-- B, the server, closes first and so comes to TIME-WAIT.
function kernel.passive_close(a, b)
  a:app(function()
    local conn = a:connect(b, 80, { local_port = 40000 })
    sim.sleep("110ms")
    conn:send(100)
    conn:recv_all(100)
    expect.equal(conn:recv(), nil)
    sim.sleep("100ms")
    conn:close()
  end)
  kernel.server(b, function(conn)
    sim.sleep("110ms")
    conn:close()
  end)
end

-- A's application connects and 110 ms later does what the case is about; B's accepts and does its part.
function kernel.plain(a, b, act, b_act)
  a:app(function()
    local conn = a:connect(b, 80, { local_port = 40000 })
    sim.sleep("110ms")
    act(conn)
  end)
  b:app(function() b_act(b:listen(80):accept()) end)
end

-- The options of a host whose socket was given a buffer of 4000 octets: it holds three segments, and
-- its window never more than two.
function kernel.small_buffer()
  return { recv_buffer = 3 * kernel.mss, window_clamp = 2 * kernel.mss, window_scale = not kernel.rfc and 0 }
end

-- Two connections by Fast Open, one after the other: A's 100 octets go on the SYN, or behind it.
function kernel.fast_open(a, b)
  a:app(function()
    for i = 0, 1 do
      local conn = a:connect(b, 80, { local_port = 40000 + i, data = string.rep("q", 100) })
      conn:recv_all(100)
      conn:close()
      sim.sleep("300ms")
    end
  end)
  b:app(function()
    local listener = b:listen(80)
    for _ = 1, 2 do
      local conn = listener:accept()
      conn:recv_all(100)
      conn:send(100)
      conn:recv()
      conn:close()
    end
  end)
end

-- B's listener waits for text with the last ACK of the handshake; 110 ms after that A does its part.
function kernel.defer_accept(act, b_act)
  local a, b = kernel.stage()
  a:app(function()
    local conn = a:connect(b, 80, { local_port = 40000 })
    sim.sleep("110ms")
    act(conn)
  end)
  b:app(function()
    local conn = b:listen(80, { defer_accept = 2 }):accept()
    conn:recv()
    if b_act then b_act(conn) end
  end)
end

-- Two handshakes beside each other, and a backlog with room for one: the last ACKs take 50 ms more. The
-- second client does its part when it is established; B accepts after 2.5 and 4.5 s.
function kernel.late_acks(act)
  local a, b = kernel.stage()
  sim.delay { from = a, pattern = ". 1:1(0)", before = "100ms", by = "50ms" }
  for i = 0, 1 do
    a:app(function()
      sim.sleep(i * 0.005)
      local conn = a:connect(b, 80, { local_port = 40000 + i })
      if i == 1 and act then act(conn) end
    end, { daemon = true })
  end
  b:app(function()
    local listener = b:listen(80, { backlog = 0 })
    sim.sleep("2.5s")
    listener:accept()
    sim.sleep("2s")
    listener:accept()
  end, { daemon = true })
  sim.at("6s", function() -- the capture ends here
    a:crash()
    b:crash()
  end)
end

return kernel
