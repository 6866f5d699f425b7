-- Lua: runaway memory ends the run.
-- options: --max-memory 16MiB
-- expect-status: 3
-- expect-message: octets of memory (--max-memory)
local t = {}
while true do t[#t + 1] = {} end
