-- A forged RST has to hit one number in four thousand million. RFC 9293 3.5.3, RFC 5961 3.
--
-- Somebody else sends RSTs in the peer's name. One beyond the window is dropped without a word. One
-- inside the window, but not exactly at RCV.NXT, draws a challenge ACK: the true peer, had it sent
-- that RST, would answer with an exact one; here it has an open connection and ignores the ACK.
-- Only the RST with the very number that the server expects next ends the connection.
sim.scenario {
  title = "Forged RSTs: outside, inside, exact",
  cites = { "RFC 9293 3.5.3", "RFC 9293 3.10.7.4", "UNL-18", "RFC5961-1", "RFC5961-2", "RFC5961-3" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

local function forge(segment)
  return function() sim.inject { from = client, to = server, segment = segment } end
end
sim.at("1s", forge "R 70000:70000(0)") -- RCV.NXT is 6, the window 65535
sim.at("2s", forge "R 1000:1000(0)")
sim.at("3s", forge "R 6:6(0)")

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv(), "hello")
  sim.sleep(2.5 - sim.now())
  expect.equal(conn.state, "ESTABLISHED")
  local text, err = conn:recv()
  expect.equal(text, nil)
  expect.equal(err, "connection reset")
  expect.near(sim.now(), 3.010, 1e-9)
end)

client:app(function() client:connect(server, 80):send("hello") end)

expect.no_segment("server > client: .", { after = 1, before = 2 })
expect.segment "2.010 server > client: . 1:1(0) ack 6"
expect.count("server > client: .", 2) -- the ACK of the data and this one; a RST is never answered
expect.states(client, "CLOSED SYN-SENT ESTABLISHED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSED")
