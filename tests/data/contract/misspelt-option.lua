-- First paragraph: a misspelt option is an error with file:line, and the nearest name.
-- expect-status: 2
-- expect-message: misspelt-option.lua:4: unknown option of host a "delayed_akc"; did you mean "delayed_ack"?
sim.host("a", { address = "10.0.0.1", delayed_akc = false })
