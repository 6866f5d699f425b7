-- Fine print, "Giving up": connect returns nil, "timed out" one RTO after the last of syn_retries
-- repetitions; the RTO doubles up to rto_max.
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
local link = sim.link(client, server, { delay = "10ms" })
link:down()
client:app(function()
  local conn, err = client:connect(server, 80)
  expect.equal(conn, nil)
  expect.equal(err, "timed out")
  expect.near(sim.now(), 183, 1e-9) -- sent at 0 1 3 7 15 31 63 123
end)
expect.count("client > server: S", 8)
