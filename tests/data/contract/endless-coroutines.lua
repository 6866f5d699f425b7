-- Lua: a loop of resumes and yields counts.
-- options: --max-instructions 1000000
-- expect-status: 3
-- expect-message: limit reached: 
local step = coroutine.wrap(function() while true do coroutine.yield() end end)
while true do step() end
