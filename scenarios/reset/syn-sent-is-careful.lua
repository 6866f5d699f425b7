-- Before it knows the peer's numbers, an opener believes only what acknowledges its SYN. RFC 9293 3.5.3, 3.10.7.3.
--
-- A client sends its SYN to a peer that the script plays, and gets everything but the answer: a RST
-- without ACK and one that acknowledges something else (both ignored: a stranger can send those), a
-- bare ACK of the right number (dropped: nothing says where the peer's numbers begin), ACKs of what was
-- never sent (answered with a RST of that number; the client stays where it is). It is still in
-- SYN-SENT, and the next segment, a RST that acknowledges the SYN, ends the attempt: "connection refused". Its
-- sequence number does not matter (verified erratum 8167).
sim.scenario {
  title = "SYN-SENT: what is believed",
  cites = { "RFC 9293 3.5.3", "RFC 9293 3.10.7.3", "UNL-6", "UNL-16", "UNL-27" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local peer = sim.host("peer", { tcp = false, address = "10.0.0.2" })
sim.link(client, peer)

client:app(function()
  local conn, err = client:connect(peer, 80)
  expect.equal(conn, nil)
  expect.equal(err, "connection refused")
  expect.near(sim.now(), 0.5, 1e-9)
end)

local function sends(segment, answer)
  peer:send(segment, { dport = nil })
  if answer then
    expect.truthy(peer:expect(answer, { within = "1ms" }))
  else
    expect.truthy(peer:expect_nothing("1ms"))
  end
end

peer:app(function()
  expect.truthy(peer:expect("S 0:0(0)"))
  sends("R 0:0(0)")
  sends("R. 0:0(0) ack 2")
  sends("R. 0:0(0) ack 0")
  sends(". 1:1(0) ack 1")
  sends("- 1:11(10)")
  sends("F 1:1(0)")
  sends(". 1:1(0) ack 2", "R 2:2(0)")
  sends(". 1:1(0) ack 0", "R 0:0(0)")
  sends("S. 0:0(0) ack 2", "R 2:2(0)")
  sim.sleep(0.5 - sim.now())
  sends("R. 777:777(0) ack 1")
end)

expect.states(client, "CLOSED SYN-SENT CLOSED")
