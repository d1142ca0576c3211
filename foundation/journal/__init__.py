"""Events and recorded accesses, append-only and hash-chained; the relay; push messages."""
