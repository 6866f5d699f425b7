-- A link that flips a bit in every fifth packet or so. netem's corrupt; RFC 9293 3.1 (MUST-2, MUST-3).
--
-- One bit anywhere in the TCP segment, of SYN, text, ACK and FIN alike: the checksum finds each of them,
-- and the receiver discards the segment as if it had never come. To the sender it is lost: what is not
-- repaired by duplicate ACKs waits for the timer. All that was sent arrives, in order and unchanged.
sim.scenario {
  title = "Flipped bits are found by the checksum",
  cites = { "RFC 9293 3.1", "RFC 9293 3.8.1", "MUST-2", "MUST-3" },
  seed = 2,
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms", corrupt = "20%" })

local sent = 20 * 1460

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

expect.count("client > server: . 1:1461(1460)", 2)
expect.segment("0.030 server > client: . 1:1(0) ack 1")    -- a duplicate ACK, itself spoilt
expect.segment("1.020 client > server: . 1:1461(1460)")    -- so the timer
expect.count("client > server: . 5841:7301(1460)", 3)      -- spoilt twice
