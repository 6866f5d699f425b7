-- Bits that have no meaning yet do no harm. RFC 9293 3.1.
--
-- Behind the data offset stand bits that are reserved: sent as zero, ignored on receipt. On its way one of
-- the client's segments gets one of them set. (So that the checksum stays right, the same bit is cleared in
-- an octet as far from the segment's end: the window shrinks from 65535 to 65023.) The text is taken as if
-- nothing had been.
sim.scenario {
  title = "A reserved bit is ignored",
  cites = { "RFC 9293 3.1", "UNL-1" },
  allow = "integrity",
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

sim.corrupt { from = client, pattern = "P. 1:6(5)", offset = 12, mask = 2 }
sim.corrupt { from = client, pattern = "P. 1:6(5)", offset = 14, mask = 2 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "hello")
  expect.equal(conn:info().snd_wnd, 65023)
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello")
  expect.equal(conn:recv(), nil)
  conn:close()
end)

expect.count("client > server: P. 1:6(5)", 1) -- nobody had to repeat it
