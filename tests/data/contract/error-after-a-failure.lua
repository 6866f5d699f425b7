-- Fine print, "Limits and failures": an uncaught Lua error gives 2 likewise.
-- expect-status: 2
-- expect-message: error-after-a-failure.lua:5: boom
expect.equal(1, 2)
error("boom")
