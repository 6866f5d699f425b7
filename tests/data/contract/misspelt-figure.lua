-- First paragraph: a misspelt name is an error; here of one of info()'s figures. Those that are not
-- known yet are nil.
-- expect-status: 2
-- expect-message: misspelt-figure.lua:16: unknown figure of conn:info() "cwdn"; did you mean "cwnd"?
local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function() server:listen(80):accept():close() end)
client:app(function()
  local conn = client:connect(server, 80, { wait = false })
  expect.equal(conn:info().srtt, nil)
  expect.equal(conn:wait("ESTABLISHED"), true)
  expect.near(conn:info().srtt, 0.02, 1e-12)
  print(conn:info().cwnd)
  print(conn:info().cwdn)
end)
