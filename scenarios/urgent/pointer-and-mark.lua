-- Urgent data: URG, the urgent pointer, and what the reader hears. RFC 9293 3.8.5, RFC 6093.
--
-- The client sends six ordinary octets and four urgent ones. Look at the third segment, which has no
-- text: Nagle keeps the four octets back, but the news of them leaves at once, flag U with "urg 4".
-- The pointer counts from SEQ to the octet behind the last urgent one: 7 + 4 = 11. The segment with
-- the octets says the same again. On the other side urgent() tells how many octets there are up to
-- the mark, ordinary ones too: they come in band, and the mark only says how far to read in a hurry.
-- P, PSH, ends each send; it has nothing to do with urgency.
sim.scenario {
  title = "Urgent data are announced, and read in band",
  cites = { "RFC 9293 3.8.5", "RFC 6093 4", "MUST-30", "MUST-33", "MUST-62", "SHLD-13", "UNL-28", "RFC6093-5", "RFC6093-2", "RFC6093-1" },
}

local client = sim.host("client", { address = "10.0.0.1" })
local server = sim.host("server", { address = "10.0.0.2" })
sim.link(client, server, { delay = "10ms" })

server:app(function()
  local conn = server:listen(80):accept()
  expect.equal(conn:urgent(), 10)           -- blocks until the mark is known
  expect.equal(sim.now(), 0.03)             -- before any urgent octet is there
  expect.equal(conn:recv(), "hello ")
  expect.equal(conn:info().urgent, 4)       -- left up to the mark
  expect.equal(conn:recv(), "now!")
  expect.equal(conn:info().urgent, 0)       -- urgent mode is over
  expect.equal(conn:urgent("1s"), nil)      -- and nothing new is announced
  expect.equal(conn:recv(), " and then")
  conn:close()
end)

client:app(function()
  local conn = client:connect(server, 80)
  conn:send("hello ")
  conn:send("now!", { urgent = true })
  sim.sleep("2s")
  conn:send(" and then")
  conn:close()
end)

expect.exchange [[
  0.000 client > server: S 0:0(0)
  0.010 server > client: S. 0:0(0) ack 1
  0.020 client > server: . 1:1(0) ack 1
  0.020 client > server: P. 1:7(6) ack 1
  0.020 client > server: .U 7:7(0) ack 1 urg 4
  0.230 server > client: . 1:1(0) ack 7
  0.240 client > server: P.U 7:11(4) ack 1 urg 4
  ...
  2.020 client > server: P. 11:20(9) ack 1
  ...
]]
