-- Calls and segments before a connection is there, and after it is gone. RFC 9293 3.10.1 to 3.10.5, 3.10.7.2, 3.10.7.3.
--
-- RECEIVE may be called in SYN-SENT and SYN-RECEIVED: it waits, and gets the first octets that come. SEND in SYN-SENT fills the buffer and then waits for room. A SYN with text and FIN makes a
-- connection of a listener; both are kept until the handshake is complete. A SYN,ACK may carry a FIN:
-- the connection is established and at once half closed. CLOSE behind data in SYN-RECEIVED waits for the
-- handshake. On a connection that is gone, every call fails; ABORT of a listener ends it.
sim.scenario {
  title = "Calls and FINs before the handshake, calls after the end",
  cites = { "RFC 9293 3.10.3", "RFC 9293 3.10.4", "RFC 9293 3.10.5", "RFC 9293 3.10.7.2", "RFC 9293 3.10.7.3", "UNL-4", "UNL-15" },
}

local host = sim.host("host", { address = "10.0.0.1", send_buffer = 100 })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(host, peer)

-- An application that waits in RECEIVE from the start.
local got = {}
local function reads(conn, name)
  sim.at(sim.now(), function() got[name] = conn:recv() end)
end

peer:app(function()
  -- SYN-SENT: RECEIVE waits, SEND fills the buffer; the answer brings a FIN along.
  local conn = host:connect(peer, 80, { local_port = 5001, wait = false })
  expect.truthy(peer:expect("S 0:0(0)"))
  reads(conn, "syn-sent")
  expect.equal(conn:send(300, { wait = false }), 100)
  expect.equal(conn:send(1, { wait = false }), 0)
  sim.sleep("1ms")
  peer:send("SF. 0:5(5) ack 1 win 65535", { to = host, sport = 80, dport = 5001, payload = "hello" })
  expect.truthy(peer:expect(". 1:101(100) ack 7"))
  sim.sleep("1ms")
  expect.equal(conn.state, "CLOSE-WAIT")
  expect.equal(got["syn-sent"], "hello")
  peer:send(". 7:7(0) ack 101 win 65535")
  expect.equal(conn:send("x", { urgent = true }), 1)
  expect.truthy(peer:expect("U. 101:102(1) ack 7 urg 1"))
  peer:send("R 7:7(0)")
  sim.sleep("1ms")

  -- SYN-RECEIVED, by crossing SYNs: RECEIVE waits; CLOSE waits behind data.
  conn = host:connect(peer, 80, { local_port = 5002, wait = false })
  expect.truthy(peer:expect("S 0:0(0)"))
  peer:send("S 0:0(0) win 65535", { to = host, sport = 80, dport = 5002 })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  reads(conn, "syn-received")
  expect.equal(conn:send("data"), 4)
  expect.truthy(conn:shutdown())
  expect.equal(conn.state, "SYN-RECEIVED")
  peer:send("P. 1:6(5) ack 1 win 65535", { payload = "there" })
  expect.truthy(peer:expect("FP. 1:5(4) ack 6"))
  sim.sleep("1ms")
  expect.equal(conn.state, "FIN-WAIT-1")
  expect.equal(got["syn-received"], "there")
  peer:send("R 6:6(0)")
  sim.sleep("1ms")

  -- Gone: every call fails.
  conn = host:connect(peer, 80, { local_port = 5003, wait = false })
  expect.truthy(peer:expect("S 0:0(0)"))
  conn:abort()
  for _, call in ipairs { "shutdown", "abort" } do
    local done, err = conn[call](conn)
    expect.equal(done, nil)
    expect.equal(err, "connection does not exist")
  end

  -- LISTEN: a SYN brings text and FIN, the ACK makes them count.
  local listener = host:listen(90)
  peer:send("SF 0:5(5) win 65535", { to = host, sport = 4000, dport = 90, payload = "early" })
  expect.truthy(peer:expect("S. 0:0(0) ack 1"))
  peer:send(". 7:7(0) ack 1 win 65535")
  local accepted = listener:accept("1s")
  expect.equal(accepted.state, "CLOSE-WAIT")
  expect.equal(accepted:recv(), "early")
  expect.equal(accepted:recv(), nil)
  accepted:abort()
  listener:abort()
  peer:send("S 0:0(0) win 65535", { to = host, sport = 4001, dport = 90 })
  expect.truthy(peer:expect("R. 0:0(0) ack 1"))
end)
