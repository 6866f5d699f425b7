-- A character, its echo, and nothing else. RFC 1122 4.2.2.14, 4.2.3.2.
--
-- Somebody types over a long line; the far end echoes each character at once. Done badly each costs five
-- segments: the character, its ACK, a window update when it is read, the echo, the echo's ACK. The ACK is
-- delayed, and the reading of an octet is not worth a window update (the edge stays where it was: the window is an
-- octet less each time, until it is worth telling). So both ride on the echo: two segments
-- and, if the next character does not come in time, one ACK.
sim.scenario {
  title = "Typing: ACK, window and echo in one segment",
  cites = { "RFC 1122 4.2.2.14", "RFC 9293 3.8.6.3", "RFC1122-6", "SHLD-18" },
}

local user = sim.host("user", { address = "10.0.0.1" })
local far = sim.host("far", { address = "10.0.0.2" })
sim.link(user, far, { delay = "40ms" })

far:app(function()
  local conn = far:listen(23):accept()
  for text in function() return conn:recv() end do conn:send(text) end
  conn:close()
end)
user:app(function()
  local conn = user:connect(far, 23)
  for character in ("login"):gmatch(".") do
    conn:send(character)
    expect.equal(conn:recv(), character)
    sim.sleep("100ms") -- the next key
  end
  conn:close()
end)

expect.exchange [[
  ...
  0.080 user > far: P. 1:2(1) ack 1
  0.120 far > user: P. 1:2(1) ack 2 win 65534
  0.260 user > far: P. 2:3(1) ack 2 win 65534
  0.300 far > user: P. 2:3(1) ack 3 win 65533
  0.440 user > far: P. 3:4(1) ack 3
  0.480 far > user: P. 3:4(1) ack 4
  ...
]]
expect.count("far > user: . 1:1(0)", 0)
