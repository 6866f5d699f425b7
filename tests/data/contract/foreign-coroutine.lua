-- Acting: an application's own coroutine is nobody else's to resume or to close.
local host = sim.host("a", { address = "10.0.0.1" })
local thread
host:app(function()
  thread = coroutine.running()
  sim.sleep("2s")
  expect.equal(sim.now(), 2)
end)
host:app(function()
  sim.sleep("1s")
  expect.equal((coroutine.resume(thread)), false)
  expect.equal((pcall(coroutine.close, thread)), false)
end)
