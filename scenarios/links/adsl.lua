-- An asymmetric line: much down, little up. RFC 3449 2; RFC 9293 3.8.6.3.
--
-- 8 Mbit/s down and 256 kbit/s up, as ADSL has it. A download alone is fine. Then an upload fills the way
-- up: in its queue of twenty packets an ACK waits behind nearly a second of data, and the download, which
-- is paced by its ACKs, takes three times as long, though nothing at all is the matter with the way down.
sim.scenario {
  title = "An ADSL line: an upload slows the download",
  cites = { "RFC 3449 2", "RFC 9293 3.8.6.3" },
}

local home = sim.host("home", { address = "10.0.0.1" })
local net = sim.host("net", { address = "10.0.0.2" })
sim.link(home, net, {
  delay = "10ms",
  forward = { rate = "256kbit", limit = 20 },
  backward = { rate = "8mbit", limit = 100 },
})

local bytes = 40000
local took = {}

net:app(function()
  local listener = net:listen(80)
  for i = 1, 2 do
    local conn = listener:accept()
    conn:send(bytes)
    conn:close()
  end
end)
net:app(function()
  net:listen(81):accept():discard()
end)

local function download()
  local begun = sim.now()
  local conn = home:connect(net, 80)
  expect.equal(conn:discard(), bytes)
  conn:close()
  return sim.now() - begun
end

home:app(function()
  local alone = download()
  sim.sleep(5 - sim.now())
  local upload = home:connect(net, 81)
  upload:send(60000, { wait = false })
  sim.sleep("1s")
  local beside = download()
  expect.near(alone, 0.369, 0.001)
  expect.truthy(beside > 3 * alone)
  upload:close()
end)
