-- Lua: no io, os, debug …: using one is an error with file and line; a pcall may catch it.
-- expect-status: 2
-- expect-message: forbidden-library.lua:5: 
expect.equal((pcall(function() return os.time() end)), false)
io.write("x")
