-- Acting: info() has Linux's tcpi_* names, with Linux's meanings: probes of a closed window are no
-- retransmits, octets sent count each time, and the options are bits.
local client = sim.host("client", { address = "10.0.0.1", ecn = "on" })
local server = sim.host("server", { address = "10.0.0.2", ecn = "on", recv_buffer = 1000 })
sim.link(client, server, { delay = "10ms" })
sim.drop { from = client, pattern = "P. 1:6(5)", nth = 1 }
sim.drop { from = server, after = "2s", before = "9s" } -- the answers to two probes of its closed window

server:app(function()
  local conn = server:listen(80):accept()
  sim.sleep("10s")
  expect.equal(conn:discard(), 3005)
  conn:close()
end)
client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello")
  sim.sleep("1.01s") -- it was lost, and has just left again
  local info = conn:info()
  expect.equal(info.tcpi_options, 8)
  expect.equal(info.tcpi_retransmits, 1)
  expect.equal(info.tcpi_retrans, 1)
  expect.equal(info.tcpi_bytes_sent, 10)
  expect.equal(info.tcpi_bytes_retrans, 5)
  expect.equal(info.tcpi_advmss, 1460)
  expect.equal(info.tcpi_ato, 0)
  conn:send(3000) -- three times what the server has room for
  conn:shutdown()
  sim.sleep("4.5s")
  info = conn:info()
  expect.equal(info.tcpi_probes, 2)
  expect.equal(info.tcpi_retransmits, 0)
  expect.equal(info.tcpi_backoff, 0)
  expect.equal(conn:recv(), nil)
  conn:close()
end)
