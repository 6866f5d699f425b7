-- An option whose length is a lie does not harm. RFC 9293 3.1.
--
-- Three SYNs of a peer that the script plays: an option of length 0 (a reader that adds the length
-- to its position would stand still for ever), one of length 1 (it covers not even its own two
-- octets), and an MSS of length 4 that ends beyond the header. In each, what stands before the lie
-- is taken and the rest of the options is left alone: each SYN is answered, and the server assumes
-- the default of 536 octets where it could read no MSS. An MSS that came first is still good.
sim.scenario {
  title = "Options of illegal length",
  cites = { "RFC 9293 3.1", "MUST-7", "MUST-15" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(peer, server, { delay = "10ms" })

local sizes = {}
server:app(function()
  local listener = server:listen(80)
  for i = 1, 4 do sizes[i] = listener:accept():info().mss end
  expect.equal(sizes[1], 536)
  expect.equal(sizes[2], 536)
  expect.equal(sizes[3], 536)
  expect.equal(sizes[4], 1000)
end, { daemon = true })

local lies = {
  "bad 0xc8000101",          -- kind 200, length 0
  "bad 0xc8010101",          -- kind 200, length 1
  "bad 0x01010204",          -- MSS of length 4 in the last two octets
  "mss 1000,bad 0xc8000101", -- a good one first
}
peer:app(function()
  for i, options in ipairs(lies) do
    peer:send("S 0:0(0) win 65535 <" .. options .. ">", { to = server, sport = 4000 + i, dport = 80 })
    expect.truthy(peer:expect("S. 0:0(0) ack 1"))
    peer:send(". 1:1(0) ack 1 win 65535")
    sim.sleep("50ms")
  end
end)

expect.count("server > peer: S.", 4)
