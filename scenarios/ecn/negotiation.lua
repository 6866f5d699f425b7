-- Who agrees to ECN, and what each answer means. RFC 3168 6.1.1.
--
-- A SYN with ECE and CWR asks; a SYN,ACK with ECE alone agrees. Everything else is no: a host that
-- does not know ECN answers without flags, and one that copies reserved bits from what it received
-- (there were such) answers with both, which is why the answer differs from the question. A passive
-- host agrees and never asks. Data of those that agreed bear ECT(0) in the IP header, `tos` 2, SYNs
-- and pure ACKs never do.
sim.scenario {
  title = "ECN: asked, agreed to, refused, misunderstood",
  cites = { "RFC 3168 6.1.1", "RFC3168-1", "RFC3168-2", "RFC3168-3", "RFC3168-5", "RFC3168-6", "RFC3168-9" },
  allow = "unfinished",
}

local client = sim.host("client", { address = "10.0.0.1", ecn = "on" })
local agrees = sim.host("agrees", { address = "10.0.0.2", ecn = "passive" })
local refuses = sim.host("refuses", { address = "10.0.0.3" })
local copies = sim.host("copies", { address = "10.0.0.4" })

local ect = {} -- what the data to each bear, and everything else
for _, server in ipairs { agrees, refuses, copies } do
  sim.link(client, server, { delay = "10ms" })
  server:app(function() server:listen(80):accept():recv() end)
  sim.rewrite {
    to = server,
    with = function(segment)
      if segment.len > 0 then
        ect[segment.to] = segment.tos
      else
        expect.equal(segment.tos, 0, { shows = segment.flags:find("S", 1, true) and "RFC3168-5" or "RFC3168-6" })
      end
    end,
  }
end
sim.rewrite { from = copies, flags = "S.", with = function(segment) segment.flags = "S.EW" end }

client:app(function()
  for _, server in ipairs { agrees, refuses, copies } do
    local conn = client:connect(server, 80)
    expect.equal(conn:info().ecn, server == agrees)
    conn:send("data")
    sim.sleep("100ms")
    expect.equal(ect[server.name], server == agrees and 2 or 0, { shows = "RFC3168-3" })
  end
  local conn = agrees:listen(81)
  client:connect(agrees, 81, { ecn = "passive" }):send("data")
  expect.equal(conn:accept():info().ecn, false)
end)

expect.count("client > agrees: SEW 0:0(0)", 1)
expect.segment "agrees > client: S.E 0:0(0) ack 1"
expect.segment "refuses > client: S. 0:0(0) ack 1"
expect.segment "client > agrees: S 0:0(0)"
expect.no_segment("agrees.81 > client: S.E", { shows = "RFC3168-2" })
