-- Ten thousand applications that wait for one another.
local a = sim.host("a", { address = "10.0.0.1" })
local b = sim.host("b", { address = "10.0.0.2" })
sim.link(a, b, { delay = "1ms" })
local done = 0
for i = 1, 5000 do
    b:app(function()
        local conn = b:listen(i):accept()
        conn:send(conn:recv())
        conn:close()
    end)
    a:app(function()
        local conn = a:connect(b, i)
        conn:send("x")
        if conn:recv() == "x" and conn:recv() == nil then done = done + 1 end
        conn:close()
    end)
end
expect.at("1min", function() expect.equal(done, 5000) end)
