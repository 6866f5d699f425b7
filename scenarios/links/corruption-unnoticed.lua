-- Two flipped bits can pass the checksum: what then happens. RFC 9293 3.1; RFC 1071.
--
-- The checksum is a sum: two bits of the same place in their 16-bit words, one going up and one down,
-- cancel out: of packets with two flipped bits about one in thirty-two is wrong and looks right. Here one
-- of them does. TCP cannot know: it acknowledges and delivers. The simulator does: what the application
-- reads is not what was sent, and without `allow = "integrity"` this run would fail, naming the link. (That
-- is why applications have checks of their own.)
sim.scenario {
  title = "Errors that the checksum does not find",
  cites = { "RFC 9293 3.1" },
  allow = "integrity",
  seed = 5,
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "1ms" })

local text = string.rep("Good day! ", 10)
local wrong = 0

server:app(function()
  local conn = server:listen(80):accept()
  for _ = 1, 40 do
    if conn:recv_all(#text) ~= text then wrong = wrong + 1 end
  end
  expect.equal(wrong, 1) -- so the checks of the application must find it
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  link:set { forward = { corrupt = { probability = "50%", bits = 2 } } }
  for _ = 1, 40 do
    conn:send(text)
    sim.sleep("10ms")
  end
  conn:close()
end)

expect.count("client > server: P. 101:1561(1460)", 5) -- four times the checksum found it
