-- Reports that an application does not want. RFC 9293 3.9.1.8.
--
-- TCP has things to tell by itself: that R1 is reached, that the network says "host unreachable". An application that
-- asks (`conn:report()`) hears of them; one that does not is never disturbed. Here one application waits for its answer
-- over a cut of eleven seconds, and gets it; beside it another one asks, and hears of the cut.
sim.scenario {
  title = "Who does not ask is not told",
  cites = { "RFC 9293 3.9.1.8", "SHLD-20", "MUST-47", "UNL-14" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })
sim.partition(client, server, { from = "1s", to = "12s" })

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 2 do
    local conn = listener:accept()
    server:app(function()
      expect.equal(conn:recv(), "question")
      conn:send("answer")
      conn:close()
    end)
  end
end)

local function asks(port, with)
  client:app(function()
    local conn = client:connect(server, 80, { local_port = port })
    sim.sleep(2 - sim.now())
    conn:send("question")
    with(conn)
    conn:close()
  end)
end
asks(4001, function(conn)
  expect.equal(conn:recv(), "answer", { shows = "SHLD-20" }) -- and nothing in between
  expect.near(sim.now(), 17.02, 1e-3)
end)
asks(4002, function(conn)
  expect.equal(conn:report(), "excessive retransmission")
  expect.equal(conn:recv(), "answer")
end)
