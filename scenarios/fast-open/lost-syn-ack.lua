-- The SYN,ACK of a fast opening is lost: its repetition is plain. RFC 7413 4.2.2.
--
-- The server has read the request and answered at once; SYN,ACK and answer are lost. The client
-- repeats its SYN without data, the server its SYN,ACK without option, data or answer: what may have
-- dropped the first ones lets those through. The SYN,ACK still acknowledges the request, which the
-- application has long read, and reads once. Then the answer comes again.
sim.scenario {
  title = "Fast Open: a lost SYN,ACK is repeated plain",
  cites = { "RFC 7413 4.2.2", "RFC7413-8", "RFC7413-9", "RFC7413-11", "RFC7413-12" },
}

local client = sim.host("client", { address = "10.0.0.1", fast_open = "client" })
local server = sim.host("server",
  { address = "10.0.0.2", fast_open = "server", repeated_syn = "synack" })
sim.link(client, server, { delay = "50ms" })
sim.drop { from = server, pattern = "S. 0:0(0) ack 8" , nth = 1 }
sim.drop { from = server, pattern = "P. 1:7(6)", nth = 2 } -- of the second connection

server:app(function()
  local listener = server:listen(80)
  for _ = 1, 2 do
    local conn = listener:accept()
    expect.equal(conn:recv(), "request")
    conn:send("answer")
    expect.equal(conn:recv(), nil)
    conn:close()
  end
end)

client:app(function()
  for i = 1, 2 do
    local start = sim.now()
    local conn = client:connect(server, 80, { data = "request" })
    expect.equal(conn:recv(), "answer")
    if i == 2 then expect.near(sim.now() - start, 1.2, 0.11) end
    conn:close()
    sim.sleep("1s")
  end
end)

expect.count("client > server: SP 0:7(7) <mss 1460,...>", 1)
expect.segment("client > server: S 0:0(0) <mss 1460>", { after = 1 })
expect.segment("server > client: S. 0:0(0) ack 8 <mss 1460>", { after = 1.5 })
