-- A peer that takes back what it had offered. RFC 9293 3.8.6, MUST-34, SHLD-14 to SHLD-17.
--
-- A good receiver never does it; a robust sender survives it. The peer, played by the script, offers
-- 5000 octets, and four segments leave, all there is. Then it acknowledges none of them and
-- offers 1000: the right edge goes back from 5001 to 1001, and 3000 octets lie beyond it. Only then
-- the application has 2000 more. Look at what the client does: no new data leave, although 1000 octets
-- more would have been allowed before, and the congestion window has room for them.
-- After the timeout it sends again what lies within the window. Then the window closes over the rest:
-- the oldest segment goes again and again (it may: MAY-7), more often than `retries` allows, and each
-- time the peer answers. This is not held against the connection: when the window opens all goes on.
sim.scenario {
  title = "The peer shrinks its window, and the sender survives",
  cites = { "RFC 9293 3.8.6", "MUST-34", "SHLD-15", "SHLD-16", "SHLD-17", "MAY-7" },
}

local client = sim.host("client", { address = "10.0.0.1", initial_window = 6 })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(client, peer, { delay = "10ms" })

peer:app(function()
  peer:expect("S 0:0(0)")
  peer:send("S. 0:0(0) ack 1 win 5000 <mss 1000>")
  peer:expect(". 1:1(0) ack 1")
  peer:expect(". 1:1001(1000) ack 1")
  peer:expect(". 1001:2001(1000) ack 1")
  peer:expect(". 2001:3001(1000) ack 1")
  peer:expect(". 3001:4001(1000) ack 1")
  peer:send(". 1:1(0) ack 1 win 1000")          -- back from 5001 to 1001
  peer:expect(". 1:1001(1000) ack 1", { within = "2s", next = true }) -- again, within the window
  for _ = 1, 20 do                              -- the window is closed, and all lies beyond it
    peer:send(". 1:1(0) ack 1001 win 0")
    peer:expect(". 1001:2001(1000) ack 1", { within = "2min" })
  end
  peer:send(". 1:1(0) ack 3001 win 4000")       -- two had arrived, and there is room again
  peer:expect(". 3001:4001(1000) ack 1")
  peer:expect(". 4001:5001(1000) ack 1")        -- only now are new data sent
  peer:send(". 1:1(0) ack 5001 win 4000")
  peer:expect("P. 5001:6001(1000) ack 1")
  peer:send(". 1:1(0) ack 6001 win 4000")
end)

client:app(function()
  local conn = client:connect(peer, 80)
  conn:send(4000)
  sim.sleep(0.05 - sim.now())
  conn:send(2000)
  local info = conn:info()
  expect.equal(info.snd_nxt, 4001)
  expect.equal(info.snd_una + info.snd_wnd, 1001, { shows = "SHLD-15" }) -- a negative usable window
  sim.sleep("19min")
  expect.equal(conn.state, "ESTABLISHED", { shows = "SHLD-17" })
  expect.equal(conn:info().snd_una, 6001)
end)

expect.count("client > peer: . 1001:2001(1000) ack 1", 21, { shows = "MAY-7" })
expect.no_segment("client > peer: . 4001:5001(1000)", { before = "2s", shows = "SHLD-15" })
