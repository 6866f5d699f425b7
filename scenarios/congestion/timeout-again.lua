-- A second timeout of the same segment tells nothing new about the path. RFC 5681 3.1.
--
-- ssthresh is to remember what the path carried when it was last well. Here it becomes half of the congestion
-- window (ssthresh_of = "cwnd", as Linux has it), and the first timeout, at a window of ten segments, makes it
-- five. The timeouts that follow find a window of one segment: would each halve again, the connection had
-- forgotten by the second all that it knew. RFC 5681 leaves ssthresh alone from the second on. The path heals
-- at 10 s: slow start goes up to five segments, not to two.
sim.scenario {
  title = "ssthresh survives the second timeout",
  cites = { "RFC 5681 3.1", "RFC5681-10" },
}

local client = sim.host("client", { address = "10.0.0.1", initial_window = 10, ssthresh_of = "cwnd" })
local server = sim.host("server", { address = "10.0.0.2", mss = 1000 })
local link = sim.link(client, server, { delay = "10ms" })

local conn
server:app(function() expect.equal(server:listen(80):accept():discard(), 20000) end)
client:app(function()
  conn = client:connect(server, 80)
  link:down()
  conn:send(20000)
  conn:close()
end)
sim.at("10s", function() link:up() end)

local function at(time, phase)
  expect.at(time, function()
    expect.equal(conn:info().cwnd, phase.cwnd)
    expect.equal(conn:info().ssthresh, phase.ssthresh)
  end)
end
at("1.5s", { cwnd = 1000, ssthresh = 5000 })
at("3.5s", { cwnd = 1000, ssthresh = 5000 })
at("8s", { cwnd = 1000, ssthresh = 5000 })

expect.count("client > server: . 1:1001(1000)", 5)
