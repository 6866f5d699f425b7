-- Lua: runaway memory is a limit, also what stock Lua refuses by an error that pcall could catch.
-- expect-status: 3
-- expect-message: octets of memory (--max-memory)
pcall(string.rep, "x", 1 << 40)
print("outlived")
