-- Who does not speak Fast Open, and options that nobody could mean. RFC 7413 4.1.1, 4.2.
--
-- A listener that has not been told otherwise ignores the option, cookie or not; the client opens as
-- ever, and asks again next time. A listener that speaks it ignores cookies of impossible lengths
-- (three octets, twenty), and the option on segments without SYN; the rest of such a segment counts.
sim.scenario {
  title = "Fast Open: off, and malformed options",
  cites = { "RFC 7413 4.1.1", "RFC 7413 4.2", "RFC7413-1", "RFC7413-2", "RFC7413-4" },
  allow = "unfinished",
}

local client = sim.host("client", { address = "10.0.0.1", fast_open = "client" })
local off = sim.host("off", { address = "10.0.0.2" })
local on = sim.host("on", { address = "10.0.0.3", fast_open = "server" })
sim.link(client, off, { delay = "10ms" })
sim.link(client, on, { delay = "10ms" })

off:app(function()
  local listener = off:listen(80)
  for _ = 1, 2 do expect.equal(listener:accept():recv(), "request") end
end)
on:app(function()
  local listener = on:listen(80)
  for _ = 1, 2 do expect.equal(listener:accept():recv(), "request") end
end)

-- What leaves the client for `on` bears a cookie of three octets, then one of twenty.
sim.rewrite { from = client, to = on, flags = "S", nth = 1, with = function(segment)
  segment.options = "mss 1460,kind 34 0x010203"
end }
sim.rewrite { from = client, to = on, flags = "S", nth = 2, with = function(segment)
  segment.options = "mss 1460,kind 34 0x" .. ("ab"):rep(20)
end }
sim.rewrite { from = client, to = on, pattern = "P. 1:8(7)", with = function(segment)
  segment.options = "FO 0102030405060708"
end }

client:app(function()
  for _ = 1, 2 do
    client:connect(off, 80, { data = "request" })
    client:connect(on, 80, { data = "request" })
    sim.sleep("1s")
  end
end)

expect.count("client > off: S 0:0(0) <mss 1460,FO>", 2)
expect.count("off > client: S. 0:0(0) ack 1 <mss 1460>", 2)
expect.count("on > client: S. 0:0(0) ack 1 <mss 1460>", 2)
