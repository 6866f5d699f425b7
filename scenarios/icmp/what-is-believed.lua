-- Whose ICMP error is believed. RFC 9293 3.9.2.2, RFC 5927 4.1.
--
-- "Port unreachable" ends a connection, so whoever can forge one can end it, without seeing a segment:
-- addresses and ports are easy to guess. What he cannot guess is the sequence number that the error
-- quotes: it must be one that is outstanding, SND.UNA =< SEQ < SND.NXT. Look at the client: its first
-- ten octets are acknowledged, so an error about them is not believed, as one about an old segment
-- that the network still had. Source quench never changes anything (MUST-55). The connection on the
-- other port does not hear of any of it (MUST-54). The error about the octets that are out is believed.
sim.scenario {
  title = "An ICMP error must quote what is outstanding",
  cites = { "RFC 9293 3.9.2.2", "RFC 5927 4.1", "MUST-54", "MUST-55", "SHLD-26" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local listener = server:listen(80)
  local first, second = listener:accept(), listener:accept()
  first:recv()
  expect.equal(second:recv(), "I am still here")
end, { daemon = true })

local sent = {} -- the client's segments with data, as the network saw them
sim.delay { from = client, flags = "P.", by = 0, match = function(segment)
  sent[#sent + 1] = segment
  return true
end }

client:app(function()
  local conn = client:connect(server, 80)
  local other = client:connect(server, 80)
  local function told(kind, about)
    sim.icmp { from = server, to = client, type = kind, about = about }
    sim.sleep("10ms")
    return conn.state
  end

  conn:send(10)
  sim.sleep("1s")
  expect.equal(conn:info().snd_una, 11)
  expect.equal(told("port unreachable", sent[1]), "ESTABLISHED")   -- quotes SEQ 1
  conn:send(100)
  expect.equal(told("port unreachable", sent[1]), "ESTABLISHED")
  expect.equal(told("source quench", sent[2]), "ESTABLISHED")
  expect.equal(conn:info().soft_error, nil)
  expect.equal(told("port unreachable", sent[2]), "CLOSED")        -- quotes SEQ 11: it is out
  expect.equal(select(2, conn:send("x")), "connection refused")
  other:send("I am still here")
end)
