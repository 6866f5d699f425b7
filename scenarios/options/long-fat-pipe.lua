-- A window of 65535 octets starves a long, fast path; a scaled one fills it. RFC 7323 1.1, 2.
--
-- Two transfers of a million octets over the same kind of path: 100 Mbit/s, 50 ms each way, frames of
-- 9000 octets. A round trip of 100 ms holds 1.25 million octets; the field of the window can tell
-- 65535. So the plain pair sends seven segments each round trip and waits: 2.1 s. The other pair
-- agrees on a shift of 5, the smallest that covers its buffer of 2 million octets; its sender is held
-- back by slow start alone. Look at the window field there: "win 62220" stands for 1,991,040 octets.
sim.scenario {
  title = "Window scaling on a long, fast path",
  cites = { "RFC 7323 1.1", "RFC7323-2", "RFC7323-6", "RFC7323-8", "REC-1" },
}

local function transfer(name, number, options, most, done)
  local client = sim.host(name .. "-sender", {
    address = "10.0." .. number .. ".1", send_buffer = "1MB", initial_window = 10, window_scale = options.window_scale,
  })
  options.address = "10.0." .. number .. ".2"
  options.delayed_ack = false
  local server = sim.host(name .. "-reader", options)
  sim.link(client, server, { delay = "50ms", rate = "100mbit", mtu = 9000 })
  server:app(function()
    expect.equal(server:listen(80):accept():discard(1000000), 1000000)
    expect.near(sim.now(), done, 0.05)
  end)
  client:app(function()
    local conn = client:connect(server, 80)
    conn:send(1000000)
    sim.sleep("300ms")
    expect.equal(conn:info().snd_wnd, most)
  end)
end

transfer("plain", 1, {}, 65535 - 8960, 2.1)
transfer("scaled", 2, { window_scale = true, recv_buffer = 2000000 }, 2000000 - 8960, 0.6)

expect.segment("scaled-reader > scaled-sender: S. 0:0(0) win 65535 <wscale 5,...>", { shows = "RFC7323-2" })
expect.segment("scaled-reader > scaled-sender: . 1:1(0) win 62220")
