-- TIME-WAIT assassination: an old segment, an honest ACK, an honest RST. RFC 1337 1, 3.
--
-- After a close the client stands in TIME-WAIT. An old duplicate of the server's comes in; it is not
-- acceptable, so the client answers with an ACK. The server has no connection any more and answers
-- with a RST, whose number is what the client expects next. By the letter that ends TIME-WAIT long
-- before 2 MSL, and old segments may meet a new connection. A client with rfc1337 = true (the RFC's
-- fix F1) ignores a RST in TIME-WAIT and stays for its two minutes.
sim.scenario {
  title = "TIME-WAIT assassination, and the fix of RFC 1337",
  cites = { "RFC1337-1", "RFC1337-5", "RFC 9293 3.10.7.4" },
}

local server = sim.host("server", { address = "10.0.0.9" })
server:app(function()
  local listener = server:listen(80)
  for _ = 1, 2 do
    local conn = listener:accept()
    conn:recv()
    conn:close()
  end
end)

local function victim(name, number, rfc1337, leaves)
  local client = sim.host(name, { address = "10.0.0." .. number, msl = "1min", rfc1337 = rfc1337 })
  sim.link(client, server, { delay = "10ms" })
  client:app(function()
    local conn = client:connect(server, 80, { local_port = 4000 })
    conn:shutdown()
    conn:recv()
    expect.truthy(conn:wait("CLOSED", "5min"))
    expect.near(sim.now(), leaves, 1e-9)
  end)
  sim.at("1s", function()
    sim.inject { from = server, to = client, sport = 80, dport = 4000, segment = ". 0:1(1) ack 1", payload = "x" }
  end)
  expect.states(client, "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED")
  expect.exchange(string.format([[
    ...
    0.040 %s > server: . 2:2(0) ack 2
    1.000 server > %s: . 0:1(1) ack 1      # forged: an old duplicate
    1.010 %s > server: . 2:2(0) ack 2
    1.020 server > %s: R 2:2(0)
  ]], name, name, name, name), { between = { client, server } })
end

victim("letter", 1, false, 1.030)
victim("fix-f1", 2, true, 120.040)
