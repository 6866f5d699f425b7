-- Keepalive finds out that nobody is there any more. RFC 9293 3.8.4.
--
-- The server sends nothing and waits for a client that never comes back: the link is down from 1 s
-- on. Without keepalive it would wait for ever (compare timers/silence-lasts.lua). With it: 60 s
-- after the last segment came, it sends a segment without data and with SEQ = SND.NXT - 1, an old
-- number that draws an ACK from a peer that lives. Three go unanswered, 10 s apart; 10 s later
-- `recv` says "timed out".
sim.scenario {
  title = "Keepalive finds a dead peer",
  cites = { "RFC 9293 3.8.4", "MAY-5", "MUST-24", "MUST-26", "MUST-27", "MUST-29", "SHLD-12" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", {
  address = "10.0.0.2",
  keepalive = { idle = "60s", interval = "10s", count = 3 },
})
local link = sim.link(client, server, { delay = "10ms" })
sim.at("1s", function() link:down() end)

server:app(function()
  local conn = server:listen(80):accept()
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "timed out")
  expect.near(sim.now(), 90.030, 1e-9)
end)

client:app(function() client:connect(server, 80) end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  60.030 server > client: . 0:0(0) ack 1         # lost, as the two that follow
  70.030 server > client: . 0:0(0) ack 1
  80.030 server > client: . 0:0(0) ack 1
]]
expect.count("server > client: . 0:0(0) ack 1", 3, { shows = "MUST-29" })
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
