-- A box on the path clears URG, and nothing breaks. RFC 6093 3.4, 4.
--
-- Some firewalls clear the urgent indication, so no application may rely on it. Here a rule does that
-- to the client's first urgent segment. The octets arrive all the same, in their place in the stream:
-- urgent data are never out of band. The second announcement comes through, while "one" and "two" are
-- still unread: what had arrived as ordinary data is urgent now, seven octets up to the mark.
sim.scenario {
  title = "Urgent data whose URG was cleared on the path",
  cites = { "RFC 6093 3.4", "RFC6093-1", "RFC6093-2", "RFC6093-3", "RFC6093-5", "RFC6093-6" },
}

local client = sim.host("client", { address = "10.0.0.1", nagle = false })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

local box = sim.rewrite { from = client, nth = 1,
  match = function(segment) return segment.urg > 0 end,
  with = function(segment)
    segment.flags = "P."
    segment.urg = 0
  end }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:urgent("100ms"), nil)
  expect.equal(conn:urgent(), 7)
  expect.equal(conn:recv(), "onetwo!", { shows = "RFC6093-6" })
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("one", { urgent = true })
  conn:send("two")
  sim.sleep("1s")
  expect.equal(box.hits, 1)
  conn:send("!", { urgent = true })
end)

expect.segment("client > server: P.U 1:4(3) ack 1 urg 3")
expect.segment("client > server: P.U 7:8(1) ack 1 urg 1")
