-- Linux: nobody answers a SYN.
--
-- To look at: in the linux set four repetitions a second apart do not count, then come 1, 2, 4 … 32 s;
-- connect gives up after 133 s. In the rfc set syn_retries is 4: 31 s.
sim.scenario { title = "Linux: a SYN is repeated in vain", cites = { "RFC 9293 3.8.3" } }
local kernel = require "kernel"
local a, b = kernel.stage(nil, kernel.rfc and { syn_retries = 4 } or nil)
sim.partition(a, b)

a:app(function()
  local conn, err = a:connect(b, 80, { local_port = 40000 })
  expect.equal(conn, nil)
  expect.equal(err, "timed out")
  expect.near(sim.now(), kernel.rfc and 31 or 131, 0.001)
end)
