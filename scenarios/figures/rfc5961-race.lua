-- RFC 5961 8: a RST overtakes data, and the challenge's answer comes too late.
--
--         TCP A                                                       TCP B
--     1.a            <-- <SEQ=300><ACK=101><CTL=ACK><DATA> <--        ESTABLISHED
--       b            ... <SEQ=400><ACK=101><CTL=ACK><DATA> <--        (delayed)
--       c            <-- <SEQ=500><ACK=101><CTL=RST>       <--        CLOSED
--     2.  ESTABLISHED --> <SEQ=101><ACK=400><CTL=ACK>      -->
--     3.  (challenge) --> <SEQ=101><ACK=400><CTL=ACK>      -->
--     4.a            <-- <SEQ=400><ACK=101><CTL=ACK><DATA> (1.b arrives)
--       b            --> <SEQ=101><ACK=500><CTL=ACK>       -->
--       c            ... <SEQ=500><CTL=RST>                <-- (answers 4.b)
--     5.             <-- <SEQ=400><CTL=RST> (answers 3: outside the window now, dropped)
--     6.  CLOSED     <-- <SEQ=500><CTL=RST> (4.c: exact)
--
-- The delayed segment moves RCV.NXT between the challenge and its answer; the RST that answers the
-- ACK of that segment is exact, and ends the connection after all: more than a round trip late, and
-- nothing worse. What B sends in answer to 2. is not drawn in the RFC; it is dropped here.
sim.scenario {
  title = "RFC 5961 8: data reordered behind a RST",
  cites = { "RFC 5961 8", "RFC5961-1", "RFC5961-2", "RFC5961-3", "RFC5961-14" },
}

local a = sim.host("A", { address = "10.0.0.1", iss = 100, delayed_ack = false })
local b = sim.host("B", { address = "10.0.0.2", iss = 299, nagle = false })
sim.link(a, b, { delay = "10ms" })
sim.delay { from = b, pattern = ". 101:201(100)", by = "15ms" } -- 1.b
sim.drop { from = b, pattern = "R 101:101(0)", nth = 1 } -- in answer to 2.

a:app(function()
  local conn = a:connect(b, 80)
  expect.equal(#conn:recv(), 100)
  expect.equal(#conn:recv(), 100)
  expect.equal(select(2, conn:recv()), "connection reset")
end)
b:app(function()
  local conn = b:listen(80):accept()
  sim.sleep(0.1 - sim.now())
  conn:send(100)
  conn:send(100)
  sim.sleep("1ms")
  conn:abort()
end)

expect.exchange([[
  ...
  0.100 B > A: . 300:400(100) ack 101
  0.100 B > A: . 400:500(100) ack 101
  0.101 B > A: R 500:500(0)
  0.110 A > B: . 101:101(0) ack 400
  0.111 A > B: . 101:101(0) ack 400
  0.120 B > A: R 400:400(0)
  0.121 B > A: R 400:400(0)
  0.125 A > B: . 101:101(0) ack 500
  0.135 B > A: R 500:500(0)
]], { absolute = true })
expect.states(a, "CLOSED SYN-SENT ESTABLISHED CLOSED")
