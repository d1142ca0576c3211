"""Every change of state and every look, append-only and chained; the relay; push."""
