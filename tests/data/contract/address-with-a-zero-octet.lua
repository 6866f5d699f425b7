-- docs/scenario-language.md: a value that is none is an error with file and line; an address ends where its string ends, not at
-- an octet of zero.
-- expect-status: 2
-- expect-message: is no IPv4 or IPv6 address
sim.host("a", { address = "10.0.0.1\0" })
