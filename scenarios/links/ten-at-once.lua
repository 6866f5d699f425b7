-- Ten impairments on one link: TCP gets everything through all the same. RFC 9293 3.4, 3.8.
--
-- Delay, jitter, a rate, a short queue, a discipline, losses in bursts, copies, flipped bits, reordering
-- and a small MTU, both ways, from the SYN to the last ACK. It takes long, and every mechanism of repair is
-- at work. The order in which the ten are written makes no difference.
sim.scenario {
  title = "Ten impairments on one link",
  cites = { "RFC 9293 3.4", "RFC 9293 3.8.1", "MUST-2", "MUST-3" },
  seed = 8,
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, {
  delay = "20ms",
  jitter = "8ms",
  distribution = "paretonormal",
  rate = "500kbit",
  limit = 10,
  queue = "fq_codel",
  loss = { gemodel = { p = "3%", r = "40%" } },
  duplicate = "4%",
  corrupt = "3%",
  reorder = { probability = "20%", correlation = "50%", gap = 3 },
  mtu = 576,
})

local sent = 20000

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

expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
