-- The two limits of patience: R1 tells the user, R2 ends the connection. RFC 9293 3.8.3, 3.9.1.8.
--
-- The path is cut at 1 s and stays so. The client's data go again after 1, 2, 4, 8 … s. Look at the
-- note at 9.02 s: with the third repetition R1 is reached, and report() gives "excessive
-- retransmission" to the application that asked. Nothing else changes: TCP goes on. After the
-- seventh repetition, `retries`, and one RTO more, R2 ends the connection: 183 s after the first
-- transmission, more than the 100 s that SHLD-11 wants. A user who does not care for reports never
-- calls report(), as the one of the server.
sim.scenario {
  title = "R1 is reported, R2 gives up",
  cites = { "RFC 9293 3.8.3", "RFC 9293 3.9.1.8", "MUST-20", "MUST-21", "MUST-47", "SHLD-9", "SHLD-10",
    "SHLD-11", "UNL-14" },
}

local client = sim.host("client", { address = "10.0.0.1", retries = 7 })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "10ms" })
sim.at("1s", function() link:down() end)

server:app(function()
  local conn = server:listen(80):accept()
  conn:recv()
end, { daemon = true })

client:app(function()
  local conn = client:connect(server, 80)
  expect.equal(conn:report("1s"), nil)              -- nothing to report yet
  sim.sleep(2.02 - sim.now())
  conn:send("is anybody there?")
  expect.equal(conn:report(), "excessive retransmission")
  expect.near(sim.now(), 9.02, 1e-9)                -- with the third repetition
  print("the user is told")
  expect.equal(select(2, conn:report()), "timed out") -- the next thing told is the end
  expect.near(sim.now(), 2.02 + 183, 1e-9)
  expect.equal(select(2, conn:send("x")), "timed out")
end)

expect.count("client > server: P. 1:18(17)", 8)
