-- What a probe repairs was a loss, and a loss means congestion. RFC 8985 7.4.
--
-- A probe that repeats the last segment hides the loss that it repairs: the ACK looks as if all had gone well. So
-- the sender watches what its probe brings. On port 80 the last segment was lost: one ACK for both copies, and the
-- next new text is acknowledged without a word of a duplicate. That counts as a loss, and halves the congestion
-- window. On port 81 it was the ACK that was lost, and both copies arrive: the receiver's D-SACK says so, and the
-- window stays. Look at "cwnd" after the second answer of each.
sim.scenario {
  title = "A loss that a probe repaired halves the congestion window",
  cites = { "RFC 8985 7.4", "RFC 2883", "RFC8985-18", "RFC8985-19" },
}

local function host(name, address, tlp)
  return sim.host(name, { address = address, sack = true, dsack = true, delayed_ack = false, mss = 1000, initial_window = 10, tlp = tlp })
end
local client, server = host("client", "10.0.0.1", true), host("server", "10.0.0.2", false)
sim.link(client, server, { delay = "10ms" })

local function play(port, before, after)
  server:app(function() expect.equal(#server:listen(port):accept():recv_all(4000), 4000) end)
  client:app(function()
    local conn = client:connect(server, port)
    conn:send(3000)
    sim.sleep("500ms")
    expect.equal(conn:info().cwnd, before)
    conn:send(1000)
    sim.sleep("100ms")
    expect.equal(conn:info().cwnd, after)
  end)
end
sim.drop { from = client, pattern = "client > server: P. 2001:3001(1000)", nth = 1 }
play(80, 12000, 6500)

sim.at("2s", function()
  sim.drop { from = server, pattern = ". 1:1(0) ack 3001", nth = 1 }
  play(81, 11000, 12000)
end)
