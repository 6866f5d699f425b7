-- Lua: runaway recursion ends the run, pcall or not.
-- expect-status: 3
-- expect-message: recursion too deep
local function f() return 1 + f() end
pcall(f)
print("outlived")
