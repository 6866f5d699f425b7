-- After a timeout three duplicate ACKs may mean a loss, or nothing. RFC 6582 3.2 (1) and 4.1.
--
-- All ten segments of a window are lost. The timeout at 1.020 sends them again from the first, in slow
-- start, and of these the sixth is lost too. The duplicate ACKs that it causes are of what was out
-- before the timeout, so NewReno does not trust them: they could come of segments that the server had
-- all the time. The careful client waits for another timeout. The other one, with newreno_heuristic, sees that the
-- last ACK had moved by one segment only; had the server held what is sent again, it would have moved
-- by many. It repeats the lost segment at the third duplicate, and is through two seconds earlier.
sim.scenario {
  title = "Duplicate ACKs after a timeout: NewReno's caution, and its heuristic",
  cites = { "RFC6582-9", "RFC6582-3", "RFC6582-8", "RFC 6582 4.1" },
}

local function pair(name, number, heuristic, done)
  local client = sim.host(name, {
    address = "10.0." .. number .. ".1", initial_window = 10, newreno_heuristic = heuristic,
  })
  local server = sim.host(name == "clever" and "server" or name .. "-server", {
    address = "10.0." .. number .. ".2", mss = 1000, delayed_ack = false,
    window = 30000, -- always the same: an ACK that changes the window is no duplicate
  })
  sim.link(client, server, { delay = "10ms" })
  sim.drop { from = client, before = "0.5s", match = function(segment) return segment.len > 0 end }
  sim.drop { from = client, pattern = ". 5001:6001(1000)", after = "1s", nth = 1 }

  server:app(function()
    local conn = server:listen(80):accept()
    expect.equal(#conn:recv_all(10000), 10000)
    expect.near(sim.now(), done, 1e-9)
  end)
  client:app(function()
    client:connect(server, 80):send(10000)
  end)
  return client, server
end

pair("careful", 1, false, 3.110)
local clever, server = pair("clever", 2, true, 1.110)

expect.count("careful-server > careful: . 1:1(0) ack 5001", 4) -- three of them duplicates
expect.segment("3.080 careful > careful-server: . 5001:6001(1000)", { after = "1.1s" })
expect.exchange([[
  ...
  1.070 server > clever: . 1:1(0) ack 5001
  1.080 clever > server: . 6001:7001(1000) ack 1
  1.080 clever > server: . 7001:8001(1000) ack 1
  1.080 clever > server: . 8001:9001(1000) ack 1
  1.090 server > clever: . 1:1(0) ack 5001
  1.090 server > clever: . 1:1(0) ack 5001
  1.090 server > clever: . 1:1(0) ack 5001     # the third duplicate
  1.100 clever > server: . 5001:6001(1000) ack 1
  1.100 clever > server: . 9001:10001(1000) ack 1
  1.110 server > clever: . 1:1(0) ack 10001
]], { between = { clever, server } })
