-- An option is used if both SYNs carry it. RFC 9293 3.2, RFC 7323 2.2 and 3.2, RFC 2018 2.
--
-- The client offers window scaling, timestamps and SACK in all three connections; each server knows
-- fewer of them. Look at the SYN,ACKs: they answer what was offered and add nothing. From then on the
-- segments carry what both said: a timestamp each, or nothing at all. The windows on the SYNs
-- themselves are never scaled.
sim.scenario {
  title = "Options that both SYNs carry",
  cites = { "RFC 9293 3.2", "RFC7323-1", "RFC7323-2", "RFC7323-4", "RFC7323-9", "RFC7323-10", "RFC7323-13", "RFC2018-1", "RFC2018-2", "RFC6691-3" },
}

local client = sim.host("client", {
  address = "10.0.0.1", timestamps = true, timestamp_offset = 1000, sack = true, window_scale = 7,
})

local function meet(name, address, options, agreed)
  options.address = address
  local server = sim.host(name, options)
  sim.link(client, server, { delay = "10ms" })
  server:app(function()
    local conn = server:listen(80):accept()
    expect.equal(conn:recv(), "hello")
    conn:close()
  end)
  client:app(function()
    local conn = client:connect(server, 80)
    local info = conn:info()
    expect.equal(info.timestamps, agreed.timestamps or false)
    expect.equal(info.sack, agreed.sack or false)
    expect.equal(info.window_scale, agreed.window_scale or false)
    conn:send("hello")
    expect.equal(conn:recv(), nil)
    conn:close()
  end)
  return server
end

local all = meet("all", "10.0.0.2",
  { timestamps = true, timestamp_offset = 5000, sack = true, window_scale = 0 },
  { timestamps = true, sack = true, window_scale = true })
local some = meet("some", "10.0.0.3", { sack = true }, { sack = true })
expect.segment("all > client: S. 0:0(0) ack 1 win 65535", { shows = "RFC7323-2" })
local none = meet("none", "10.0.0.4", {}, {})
expect.no_segment("client > none: . <sackOK,...>", { shows = "RFC2018-1" })

expect.exchange([[
  0.000 client > all: S 0:0(0) win 65535 <mss 1460,nop,wscale 7,sackOK,TS val 1000 ecr 0>
  0.010 all > client: S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 0,sackOK,TS val 5010 ecr 1000>
  0.020 client > all: . 1:1(0) ack 1 win 511 <nop,nop,TS val 1020 ecr 5010>
  0.020 client > all: P. 1:6(5) ack 1 win 511 <nop,nop,TS val 1020 ecr 5010>
  0.030 all > client: F. 1:1(0) ack 6 win 65530 <nop,nop,TS val 5030 ecr 1020>
  ...
]], { between = { client, all } })
expect.exchange([[
  0.000 client > some: S 0:0(0) win 65535 <mss 1460,nop,wscale 7,sackOK,TS val 1000 ecr 0>
  0.010 some > client: S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,sackOK>
  0.020 client > some: . 1:1(0) ack 1 win 65535 <>
  0.020 client > some: P. 1:6(5) ack 1 win 65535 <>
  ...
]], { between = { client, some } })
expect.exchange([[
  0.000 client > none: S 0:0(0) win 65535 <mss 1460,nop,wscale 7,sackOK,TS val 1000 ecr 0>
  0.010 none > client: S. 0:0(0) ack 1 win 65535 <mss 1460>
  0.020 client > none: . 1:1(0) ack 1 win 65535 <>
  ...
]], { between = { client, none } })

expect.no_segment("F. <sackOK,...>", { shows = "RFC2018-1" })
expect.no_segment("none > client: . <sackOK,...>", { shows = "RFC2018-2" })
expect.segment("all > client: S. 0:0(0) win 65535 <wscale 0,...>", { shows = "RFC7323-2" })
