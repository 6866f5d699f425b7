-- Linux: A has forgotten the connection and opens again from the same port (RFC 9293 figure 9).
--
-- To look at: B answers the SYN by a challenge ACK with the old numbers, A by a RST with the number
-- that the ACK names; then A's SYN comes again 8 ms later, not after a second.
sim.scenario { title = "Linux: half-open, discovered by a SYN", cites = { "RFC 9293 3.5.1", "RFC 5961 4" } }
local kernel = require "kernel"
local a, b = kernel.stage()

kernel.client(a, b, function()
  a:crash()
  sim.sleep("100ms")
  local conn = a:connect(b, 80, { local_port = 40000 })
  sim.sleep("10ms")
  conn:send(100)
  conn:recv_all(100)
end)
b:app(function()
  local listener = b:listen(80)
  local old = listener:accept()
  old:recv_all(100)
  old:send(100)
  local _, err = old:recv()
  expect.equal(err, "connection reset")
  local new = listener:accept()
  new:recv_all(100)
  new:send(100)
end)
