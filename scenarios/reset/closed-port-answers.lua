-- What a port that nobody listens on answers, form by form. RFC 9293 3.5.2, 3.10.7.1.
--
-- A RST has to be believed by the one who gets it, so its number is taken from the segment that it
-- answers: where that had an ACK, the RST's SEQ is this ACK and it has none of its own; where it had none,
-- SEQ is 0 and the RST acknowledges all that came, a SYN, a FIN and each octet counted. A RST draws
-- nothing, whatever it looks like: two hosts would never stop. A listening port differs in what it
-- does with an ACK (RST as well) and with anything that is neither SYN nor ACK (nothing at all).
sim.scenario {
  title = "RSTs from a closed port, and from one that listens",
  cites = { "RFC 9293 3.5.2", "RFC 9293 3.10.7.1", "RFC 9293 3.10.7.2", "UNL-5", "UNL-6", "UNL-9" },
}

local peer = sim.host("peer", { tcp = false, address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(peer, server)

server:app(function()
  local listener = server:listen(80)
  expect.equal(listener:accept("10s"), nil)
end)

local function answers(port, segment, answer)
  peer:send(segment, { to = server, sport = 4000, dport = port, absolute = true })
  if answer then
    expect.truthy(peer:expect(answer, { within = "1ms", absolute = true }))
  else
    expect.truthy(peer:expect_nothing("1ms"))
  end
end

peer:app(function()
  answers(81, "S 100:100(0)", "R. 0:0(0) ack 101")
  answers(81, "SF 100:100(0)", "R. 0:0(0) ack 102")
  answers(81, "F 100:100(0)", "R. 0:0(0) ack 101")
  answers(81, "- 100:110(10)", "R. 0:0(0) ack 110")
  answers(81, ". 100:100(0) ack 7000", "R 7000:7000(0)")
  answers(81, "S. 100:100(0) ack 7000", "R 7000:7000(0)")
  answers(81, "FP. 100:110(10) ack 7000", "R 7000:7000(0)")
  answers(81, "R 100:100(0)")
  answers(81, "R. 100:100(0) ack 7000")
  answers(81, "SR 100:100(0)")

  answers(80, "R 100:100(0)")
  answers(80, ". 100:100(0) ack 7000", "R 7000:7000(0)")
  answers(80, "S. 100:100(0) ack 7000", "R 7000:7000(0)")
  answers(80, "F. 100:100(0) ack 7000", "R 7000:7000(0)")
  answers(80, "R. 100:100(0) ack 7000")
  answers(80, "F 100:100(0)")
  answers(80, "- 100:110(10)")
end)

expect.no_segment("server > peer: S.")
