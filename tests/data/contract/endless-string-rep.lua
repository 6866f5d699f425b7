-- Lua: an endless loop ends the run also when the library does the work.
-- options: --max-instructions 10000000
-- expect-status: 3
-- expect-message: limit reached: 
while true do
  local _ = string.rep("x", 1000000)
end
