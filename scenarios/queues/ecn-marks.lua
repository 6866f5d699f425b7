-- A queue marks what it may not drop. RFC 3168 5, RFC 8289 5.
--
-- The same transfer as through codel.lua's queue, but the client's packets say ECT(0) in their tos octet
-- (`tos = 2`): where CoDel would drop them it sets CE, and all arrive. These two have not agreed on ECN, so
-- nobody slows down for it, and the queue stays as long as the window lets it. (`--format jsonl` shows the
-- marks: action `marked`.)
sim.scenario {
  title = "CoDel marks packets of an ECN-capable transport",
  cites = { "RFC 3168 5", "RFC 8289 5" },
}

local client = sim.host("client", { address = "10.0.0.1", tos = 2 })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms", rate = "1mbit", forward = { queue = "codel" } })

local sent = 60 * 1460

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(), sent)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send(sent)
  conn:close()
end)

-- Dropped in codel.lua, marked here.
expect.count("client > server: . 24821:26281(1460)", 1)
expect.count("client > server: . 39421:40881(1460)", 1)
expect.count("client > server: . 24821:26281(1460)", 1, { as = "delivered" })
expect.count("client > server: . 39421:40881(1460)", 1, { as = "delivered" })
