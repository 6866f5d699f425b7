-- A connection without traffic lasts for ever; with keepalive it is asked. RFC 9293 3.8.4.
--
-- Two connections, nothing to say on either. The link is down from 1 s to 50 min: the first notices
-- nothing, since no segment was due, and at 73 minutes it carries data as if nothing had been. The
-- second asks after 10 minutes and is given up at 13: keepalive also ends connections that would
-- have lived. The server, which asks nobody, still believes in it: a half-open connection.
sim.scenario {
  title = "Silence is no failure, unless keepalive asks",
  cites = { "RFC 9293 3.8.4", "MUST-24", "MUST-25" },
  limit = "2h",
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "10ms" })
sim.at("1s", function() link:down() end)
sim.at("50min", function() link:up() end)

server:app(function()
  local listener = server:listen(80)
  local quiet, asked = listener:accept(), listener:accept() -- in the order opened
  expect.equal(quiet:recv(), "still there?")
  expect.equal(asked.state, "ESTABLISHED") -- half-open now: nobody has told the server
end)

client:app(function()
  local quiet = client:connect(server, 80)
  local asked = client:connect(server, 80,
    { keepalive = { idle = "10min", interval = "1min", count = 3 } })
  local text, err = asked:recv()
  expect.equal(text, nil)
  expect.equal(err, "timed out")
  expect.near(sim.now(), 780.040, 1e-9)

  sim.sleep("1h")
  expect.equal(quiet.state, "ESTABLISHED")
  quiet:send("still there?")
end)
