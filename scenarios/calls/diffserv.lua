-- The Diffserv field is the application's to choose, and to change. RFC 9293 3.9.1.9, MUST-48.
--
-- The client opens its connection with expedited forwarding, 0xb8, and changes to 0x28, which is
-- meant for bulk, for what follows. TCP hands the value to IP as it is, on every segment from then
-- on: SYN, data, FIN and repetitions alike. The server never says anything: its segments have 0.
-- What the last segment of the peer had is passed up: rcv_tos of `info`.
sim.scenario {
  title = "The Diffserv field of what an application sends",
  cites = { "RFC 9293 3.9.1.9", "MUST-48", "SHLD-21", "SHLD-22", "MAY-9" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

-- What each segment carried, by its sender.
local seen = { client = {}, server = {} }
sim.delay { by = 0, match = function(segment)
  local all = seen[segment.from]
  all[#all + 1] = segment.tos
  return true
end }

server:app(function()
  local conn = server:listen(80):accept()
  conn:discard(15)
  expect.equal(conn:info().rcv_tos, 0xb8, { shows = "MAY-9" })
  conn:discard()
  expect.equal(conn:info().rcv_tos, 0x28)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80, { tos = 0xb8 })
  conn:send("at once, please")
  sim.sleep("1s")
  expect.equal(table.concat(seen.client, " "), "184 184 184", { shows = "SHLD-22" })
  conn:set { tos = 0x28 }
  conn:send(5000)
  conn:close()
  sim.sleep("2s")
  for i = 4, #seen.client do expect.equal(seen.client[i], 0x28) end
  for _, tos in ipairs(seen.server) do expect.equal(tos, 0) end
end)
