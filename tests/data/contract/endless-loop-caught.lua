-- Lua: a reached limit is sticky: no pcall or xpcall outlives it.
-- options: --max-instructions 1000000
-- expect-status: 3
-- expect-message: limit reached: 
while true do
  pcall(function() while true do end end)
end
