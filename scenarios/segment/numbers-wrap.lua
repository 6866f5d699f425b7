-- Sequence numbers begin again after 4294967295. RFC 9293 3.4.
--
-- Both initial numbers lie just below 2^32, so that the numbers of the data wrap in the middle of
-- each direction's data: 4294967295 is followed by 0. The segment that holds the wrap is lost. All
-- comparisons are modulo 2^32, so nobody notices: three duplicate ACKs of 4294967001 bring it again,
-- the ACK of 4409 is above them, and the FIN is numbered as ever. With initial numbers of 0 the
-- exchange would differ in nothing but the numbers.
sim.scenario {
  title = "Sequence numbers wrap at 2^32",
  cites = { "RFC 9293 3.4", "UNL-2" },
}

local client = sim.host("client", { address = "10.0.0.1", iss = 4294966000, initial_window = 10 })
local server = sim.host("server", { address = "10.0.0.2", iss = 4294967290, mss = 1000 })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, pattern = ". 4294967001:705(1000)", absolute = true, count = 1 }

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:discard(5704), 5704)
  conn:send(string.rep("x", 20))
  expect.equal(conn:recv(), nil)
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:set { nagle = false }
  conn:send(5704)
  expect.equal(conn:recv(), string.rep("x", 20))
  conn:close()
end)

expect.exchange([[
  ...
  0.020 client > server: . 4294966001:4294967001(1000) ack 4294967291
  0.020 client > server: . 4294967001:705(1000) ack 4294967291            # lost
  0.020 client > server: . 705:1705(1000) ack 4294967291
  0.020 client > server: . 1705:2705(1000) ack 4294967291
  0.020 client > server: . 2705:3705(1000) ack 4294967291
  0.020 client > server: P. 3705:4409(704) ack 4294967291
  0.030 server > client: . 4294967291:4294967291(0) ack 4294967001
  0.030 server > client: . 4294967291:4294967291(0) ack 4294967001
  0.030 server > client: . 4294967291:4294967291(0) ack 4294967001
  0.030 server > client: . 4294967291:4294967291(0) ack 4294967001
  0.040 client > server: . 4294967001:705(1000) ack 4294967291            # fast retransmit
  0.050 server > client: . 4294967291:4294967291(0) ack 4409
  0.050 server > client: P. 4294967291:15(20) ack 4409
  ...
]], { absolute = true })
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
