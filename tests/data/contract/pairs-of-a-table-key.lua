-- Lua: other keys are an error in pairs.
-- expect-status: 2
-- expect-message: pairs-of-a-table-key.lua:4: 
for _ in pairs { [{}] = 1 } do print("never") end
