-- Acting: from, family = 4 | 6; Building: address may be a list.
local client = sim.host("client", { address = { "10.0.0.1", "2001:db8::1", "10.0.0.11" } })
local server = sim.host("server", { address = { "10.0.0.2", "2001:db8::2" } })
sim.link(client, server)

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 3 do listener:accept():close() end
end)
client:app(function()
  local function name_of(options)
    options.local_port = 5000
    local conn = client:connect(server, 80, options)
    conn:close()
    return conn.name
  end
  expect.equal(name_of { family = 6 }, "[2001:db8::1]:5000-[2001:db8::2]:80")
  expect.equal(name_of {}, "10.0.0.1:5000-10.0.0.2:80")
  expect.equal(name_of { from = "10.0.0.11" }, "10.0.0.11:5000-10.0.0.2:80")
end)
expect.segment("client > server: S <mss 1440>")
