-- The socket calls beside the segments that they wait for and cause. RFC 9293 3.9.1.
--
-- With 10 ms on the wire each way, the time at which a call returns tells what it waited for:
--   connect  returns at 0.020, when the SYN,ACK arrives;
--   accept   returns at 0.030, when the handshake's third segment arrives;
--   recv     returns with the data at 0.030, and nil when the FIN has arrived (0.110);
--   close    returns at once and sends a FIN.
-- In the timeline every call stands at its host's side, next to the segment it caused or was woken
-- by.
sim.scenario {
  title = "Socket calls and the segments behind them",
  cites = { "RFC 9293 3.9.1", "RFC 9293 3.10", "MUST-12" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

local function returned(time) expect.near(sim.now(), time, 1e-9) end

server:app(function()
  local listener = server:listen(80)
  returned(0)
  local conn = listener:accept()
  returned(0.030)
  expect.equal(conn.state, "ESTABLISHED")
  expect.equal(conn:recv(), "request")
  returned(0.030)
  expect.equal(conn:recv(), nil) -- blocks until the FIN
  returned(0.110)
  expect.equal(conn.state, "CLOSE-WAIT")
  conn:close()
  returned(0.110)
end)

client:app(function()
  local conn = client:connect(server, 80)
  returned(0.020)
  expect.equal(conn.state, "ESTABLISHED")
  expect.equal(conn:send("request"), 7)
  returned(0.020) -- the send buffer has room: no waiting for an ACK
  sim.sleep("80ms")
  conn:close()
  returned(0.100)
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: P. 1:8(7) ack 1
  0.100 client > server: F. 8:8(0) ack 1
  0.110 server > client: . 1:1(0) ack 9
  0.110 server > client: F. 1:1(0) ack 9
  0.120 client > server: . 9:9(0) ack 2
]]
