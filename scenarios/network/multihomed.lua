-- A host with two addresses and two ways out: `from` chooses the address, routes choose the way.
-- RFC 9293 3.9.2.1, MUST-43, MUST-44; RFC 1122 3.3.4.
--
-- A phone has a quick Wi-Fi and a slow cellular link. Where nothing is said a connection takes the
-- first address that fits, and a packet the shortest path, of equal ones that of the link declared
-- first: all go by Wi-Fi, also those from the cellular address. With a route for that address at the
-- phone, and one to it at the far side, a connection from it goes by the cellular link both ways. The
-- two connections have the same ports at the server, told apart by the phone's address alone.
sim.scenario {
  title = "A phone with two ways out",
  cites = { "RFC 9293 3.9.2.1", "MUST-43", "MUST-44", "MUST-45", "RFC 1122 3.3.4" },
}

local phone = sim.host("phone", { address = { "192.0.2.1", "198.51.100.1", "2001:db8::1" } })
local server = sim.host("server", { address = { "203.0.113.1", "2001:db8::2" } })
local internet = sim.router("internet")
local wifi = sim.link(phone, internet, { delay = "5ms" })
local cell = sim.link(phone, internet, { delay = "60ms" })
sim.link(internet, server, { delay = "1ms" })

server:app(function()
  local listener = server:listen(80)
  while true do
    local conn = listener:accept()
    conn:send(conn:recv())
    conn:close()
  end
end, { daemon = true })

-- Connects, and returns how long that took and the name of the connection.
local function try(options)
  local begun = sim.now()
  local conn = phone:connect(server, 80, options)
  local took = sim.now() - begun
  conn:send("hello")
  expect.equal(conn:recv(), "hello")
  conn:close()
  return took, conn.name
end

phone:app(function()
  local took, name = try{ local_port = 5000 }
  expect.near(took, 0.012, 1e-9)
  expect.equal(name, "192.0.2.1:5000-203.0.113.1:80")

  took, name = try{ local_port = 5000, from = "198.51.100.1" } -- the address alone is no way
  expect.near(took, 0.012, 1e-9)
  expect.equal(name, "198.51.100.1:5000-203.0.113.1:80")

  phone:route(server, cell, { from = "198.51.100.1" })
  took = try{ local_port = 5001, from = "198.51.100.1" }
  expect.near(took, 0.061 + 0.006, 1e-9) -- out by the one, back by the other
  internet:route("198.51.100.1", cell)
  took, name = try{ local_port = 5002, from = "198.51.100.1" }
  expect.near(took, 0.122, 1e-9)
  expect.equal(name, "198.51.100.1:5002-203.0.113.1:80")

  took, name = try{ family = 6, local_port = 5003 }
  expect.near(took, 0.012, 1e-9)
  expect.equal(name, "[2001:db8::1]:5003-[2001:db8::2]:80")
  expect.near(try{ local_port = 5004 }, 0.012, 1e-9) -- the others go on by Wi-Fi
end)
