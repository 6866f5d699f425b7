-- Lua: pairs goes 1..#t, other numbers ascending, strings by octets, booleans.
local t = {
  z = 1, a = 1, [true] = 1, [-5] = 1, [1.5] = 1, 10, 20, [false] = 1, [100] = 1, B = 1,
}
local keys = {}
for key in pairs(t) do keys[#keys + 1] = tostring(key) end
expect.equal(table.concat(keys, " "), "1 2 -5 1.5 100 B a z false true")
