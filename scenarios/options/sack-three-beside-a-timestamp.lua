-- Four blocks fit into the options, three beside a timestamp; each is reported at least three times.
-- RFC 2018 3, 4.
--
-- Every second segment is missing. The option grows with each ACK until the 40 octets of options are
-- full; then the oldest block gives way to the newest. Each block has then stood in three ACKs (four
-- without timestamps), so that two lost ACKs in a row hide nothing.
sim.scenario {
  title = "How many SACK blocks fit",
  cites = { "RFC 2018 3", "RFC2018-6", "RFC2018-7" },
}

local peer = sim.host("peer", { address = "10.0.0.1", tcp = false })
local plain = sim.host("plain", { address = "10.0.0.2", sack = true })
local stamped = sim.host("stamped", { address = "10.0.0.3", sack = true, timestamps = true, timestamp_offset = 0 })

local function run(server, options)
  sim.link(peer, server)
  server:app(function() server:listen(80):accept() end)
  return function(blocks)
    peer:send("S 0:0(0) <mss 1460,sackOK" .. options .. ">", { to = server, sport = 4000, dport = 80 })
    peer:expect("S. 0:0(0) ack 1")
    local with = options ~= "" and " <" .. options:sub(2) .. ">" or ""
    peer:send(". 1:1(0) ack 1" .. with)
    local reported = {}
    for i = 1, 6 do
      local left = 200 * i + 1
      peer:send(string.format(". %d:%d(100) ack 1%s", left, left + 100, with))
      table.insert(reported, 1, left .. ":" .. left + 100)
      reported[blocks + 1] = nil
      expect.truthy(peer:expect(". 1:1(0) ack 1 <sack " .. table.concat(reported, " ") .. ",...>", { next = true }))
    end
    peer:send("R 1:1(0)")
  end
end

local first = run(plain, "")
local second = run(stamped, ",TS val 5 ecr 0")
peer:app(function()
  first(4)
  second(3)
end)
