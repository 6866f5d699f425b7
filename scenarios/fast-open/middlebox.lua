-- A middlebox drops SYNs with data: the repetition is plain, and the path is left alone. RFC 7413 4.2.2.
--
-- A cookie is there, so the second connection sends data on its SYN; the SYN vanishes. Its timer
-- repeats it without data and without option, and that gets through. The client remembers that Fast
-- Open failed on this path and port: for ten minutes it opens as any other client, and does not pay
-- a second each time. After that it tries again.
sim.scenario {
  title = "Fast Open: what drops it costs one second once",
  cites = { "RFC 7413 4.1.3.1", "RFC 7413 4.2.2", "RFC7413-6", "RFC7413-8" },
}

local client = sim.host("client", { address = "10.0.0.1", fast_open = "client" })
local server = sim.host("server", { address = "10.0.0.2", fast_open = "server" })
sim.link(client, server, { delay = "50ms" })
sim.drop { from = client, match = function(segment) return segment.flags:find("S") and segment.len > 0 end,
  before = "5min" }

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 4 do
    local conn = listener:accept()
    expect.equal(conn:recv(), "request")
    conn:send("answer")
    conn:close()
  end
end)

local took = {}
client:app(function()
  for i = 1, 4 do
    local start = sim.now()
    local conn = client:connect(server, 80, { data = "request" })
    expect.equal(conn:recv(), "answer")
    took[i] = sim.now() - start
    conn:close()
    sim.sleep(i == 3 and "11min" or "10s")
  end
end)

expect.at("12min", function()
  expect.near(took[1], 0.2, 1e-9) -- asks for a cookie
  expect.near(took[2], 1.2, 1e-9) -- loses its SYN
  expect.near(took[3], 0.2, 1e-9) -- does not try
  expect.near(took[4], 0.1, 1e-9) -- tries again
end)
expect.count("client > server: SP 0:7(7)", 2)
expect.count("client > server: S 0:0(0) <mss 1460>", 2)
