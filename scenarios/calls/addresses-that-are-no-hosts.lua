-- Addresses that belong to no single host: refused by OPEN, ignored on arrival. RFC 9293 3.9.1.1, 3.9.2.3.
--
-- A connection has two ends, so an address that stands for many hosts, or for none, is no peer: OPEN
-- refuses multicast and broadcast. A SYN that is addressed to such a group, or pretends to come from
-- one, is dropped without a word, by a port that listens as by one that is closed: an answer would
-- go to everybody. The SYN with the client's own address, the last one, is answered.
sim.scenario {
  title = "Multicast and broadcast have no TCP",
  cites = { "RFC 9293 3.9.1.1", "RFC 9293 3.9.2.3", "MUST-46", "MUST-57", "MUST-63", "RFC1122-10" },
}

local client = sim.host("client", { address = { "10.0.0.1", "fd00::1" } })
local server = sim.host("server", { address = { "10.0.0.2", "fd00::2" } })
sim.link(client, server, { delay = "10ms" })

local function forge(options)
  options.from, options.to, options.segment, options.sport = client, server, "S 0:0(0)", 4000
  sim.inject(options)
end

server:app(function()
  server:listen(80)
  sim.sleep("1s")
end)

client:app(function()
  for _, address in ipairs { "224.0.0.1", "255.255.255.255", "0.0.0.0", "ff02::1" } do
    local conn, err = client:connect(address, 80)
    expect.equal(conn, nil)
    expect.equal(err, "remote address not allowed")
  end
  for _, port in ipairs { 80, 81 } do
    forge { dport = port, destination = "224.0.0.1" }
    forge { dport = port, destination = "255.255.255.255" }
    forge { dport = port, source = "224.0.0.1" }
    forge { dport = port, source = "255.255.255.255" }
    forge { dport = port, source = "ff02::1", destination = "fd00::2" }
  end
  sim.sleep("100ms")
  forge { dport = 80 }
end)

expect.count("server > client: S.", 1)
expect.segment("0.110 server > client: S. 0:0(0) ack 1")
expect.no_segment("server > client: R.")
