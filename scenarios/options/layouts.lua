-- The same options in three orders: what tells systems apart on the wire. RFC 7323 appendix A.
--
-- Each client offers everything to a server that answers everything; then each offers SACK alone. The
-- options mean the same in any order, and systems put them in different ones, with NOPs in front or
-- with the end-of-list octet behind, so that each field of 32 bits lies on a word.
sim.scenario {
  title = "Option layouts of three systems",
  cites = { "RFC 9293 3.1", "RFC 7323 A", "RFC2018-1", "MUST-69", "MUST-68" },
}

local want = {
  rfc9293 = {
    all = "mss 1460,nop,wscale 7,sackOK,TS val 100 ecr 0",
    sack = "mss 1460,nop,nop,sackOK",
  },
  linux = {
    all = "mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7",
    sack = "mss 1460,nop,nop,sackOK",
  },
  freebsd = {
    all = "mss 1460,nop,wscale 7,sackOK,TS val 100 ecr 0",
    sack = "mss 1460,sackOK,eol,eol",
  },
}

for i, layout in ipairs { "rfc9293", "linux", "freebsd" } do
  local options = {
    address = "10.0." .. i .. ".1", timestamps = true, timestamp_offset = 100, sack = true,
    window_scale = 7, option_layout = layout,
  }
  local client = sim.host("client-" .. layout, options)
  options.address = "10.0." .. i .. ".2"
  local server = sim.host("server-" .. layout, options)
  sim.link(client, server, { delay = "10ms" })
  server:app(function()
    local listener = server:listen(80)
    for _ = 1, 2 do listener:accept():close() end
  end)
  client:app(function()
    client:connect(server, 80):close()
    sim.sleep("1s")
    client:connect(server, 80, { timestamps = false, window_scale = false }):close()
  end)
  for _, kind in ipairs { "all", "sack" } do
    local sent = want[layout][kind]
    local answered = sent:gsub("TS val 100 ecr 0", "TS val 110 ecr 100")
    expect.segment("S 0:0(0) <" .. sent .. ">", { nth = kind == "all" and i or nil, after = kind == "all" and 0 or 0.5 })
    expect.segment("S. 0:0(0) ack 1 <" .. answered .. ">")
    expect.no_segment(". <sackOK,...>", { shows = "RFC2018-1" })
  end
  expect.segment(". 1:1(0) ack 1 <nop,nop,TS val 120 ecr 110>")
end

-- What belongs to SYNs alone stands there alone.
for _, kind in ipairs { "mss 1460", "sackOK", "wscale 7" } do
  expect.no_segment(". <" .. kind .. ",...>", { shows = "RFC2018-1" })
end
