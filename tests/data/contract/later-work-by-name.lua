-- First paragraph: what belongs to a later piece of work is refused by name.
-- expect-status: 2
-- expect-message: pacing
sim.host("a", { address = "10.0.0.1", pacing = true })
