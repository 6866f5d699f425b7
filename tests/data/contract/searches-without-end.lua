-- docs/scenario-language.md, "What a scenario may use of Lua": "An endless loop … ends the run with a clear error", also
-- one that spends its time in the library: searching through much text counts as the work that it is.
-- expect-status: 3
-- expect-message: instructions between two events
local text = string.rep("x", 10000000)
while true do text:find("y", 1, true) end
