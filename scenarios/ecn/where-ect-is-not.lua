-- What is never marked as ECN-capable. RFC 3168 6.1.1, 6.1.4 to 6.1.6.
--
-- Only new data may carry ECT: a router that marks them in place of dropping them is told so by nobody
-- else. SYNs and pure ACKs are dropped as ever; so are retransmissions, or an attacker could have one marked
-- that the receiver never acknowledges, and probes of a closed window. CWR, too, is on new data only. Here the
-- client's first segment is lost and repeated; then the server stops reading, and the client probes.
sim.scenario {
  title = "ECN: no ECT on retransmissions and probes",
  cites = { "RFC 3168 6.1.5", "RFC 3168 6.1.6", "RFC3168-7", "RFC3168-8", "RFC3168-14" },
}

local client = sim.host("client", { address = "10.0.0.1", ecn = "on" })
local server = sim.host("server", { address = "10.0.0.2", ecn = "passive", recv_buffer = 1000 })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, pattern = "P. 1:101(100)", nth = 1 }

local ect = {} -- by kind of segment: how many bore ECT(0), how many did not
local function note(kind, segment)
  local of = ect[kind] or { 0, 0 }
  local place = segment.tos & 3 == 2 and 1 or 2
  of[place] = of[place] + 1
  ect[kind] = of
end
sim.rewrite { from = client, with = function(segment)
  local cwr = segment.flags:find("W", 1, true) and "with CWR " or ""
  if segment.len == 0 then note("empty", segment)
  elseif segment.retransmission > 0 then note(cwr .. "again", segment)
  elseif segment.len == 1 then note("probe", segment)
  else note(cwr .. "new", segment) end
end }

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("10s")
  expect.equal(conn:discard(), 1300)
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:info().ecn, true)
  conn:send(100)
  sim.sleep("2s")
  conn:send(1200)
  sim.sleep("5s")
  expect.equal(ect["again"][1], 0, { shows = "RFC3168-7" })
  expect.equal(ect["probe"][1], 0, { shows = "RFC3168-8" })
  expect.equal(ect["with CWR again"], nil, { shows = "RFC3168-14" })
  expect.equal(ect["with CWR new"][1], 1) -- after the timeout, on the first new data
  expect.equal(ect["empty"][1], 0)
  conn:close()
end)
