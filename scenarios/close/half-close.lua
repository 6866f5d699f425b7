-- Half-close: after one FIN data still flow the other way. RFC 9293 3.6, 3.9.1.4.
--
-- CLOSE means "I have no more to send"; the closer goes on receiving until it is told that the
-- other side has closed too. The client asks with FIN behind its question, and the server answers
-- from CLOSE-WAIT with three segments. The client takes and acknowledges them in FIN-WAIT-2: its
-- ACKs keep SEQ 10, since FIN was the last number it had to give. Then the server closes.
sim.scenario {
  title = "Half-close: data flow on in CLOSE-WAIT",
  cites = { "RFC 9293 3.6", "RFC 9293 3.9.1.4", "RFC 9293 3.10.4" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:recv_all(), "question")
  expect.equal(conn.state, "CLOSE-WAIT")
  for _ = 1, 3 do
    sim.sleep("300ms")
    expect.equal(conn:send("answer"), 6)
  end
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("question")
  conn:shutdown()
  local closed, err = conn:send("more")
  expect.equal(closed, nil)
  expect.equal(err, "connection closing")
  expect.equal(conn:recv(), "answer")
  expect.equal(conn.state, "FIN-WAIT-2")
  expect.equal(conn:recv_all(), "answeranswer")
  expect.equal(conn.state, "TIME-WAIT")
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: P. 1:9(8) ack 1
  0.020 client > server: F. 9:9(0) ack 1
  0.030 server > client: . 1:1(0) ack 10
  0.330 server > client: P. 1:7(6) ack 10
  0.540 client > server: . 10:10(0) ack 7         # 200 ms of delayed ACK
  0.630 server > client: P. 7:13(6) ack 10
  0.840 client > server: . 10:10(0) ack 13
  0.930 server > client: P. 13:19(6) ack 10
  0.930 server > client: F. 19:19(0) ack 10
  0.940 client > server: . 10:10(0) ack 20
]]
expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
expect.states(server, "CLOSED LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED")
