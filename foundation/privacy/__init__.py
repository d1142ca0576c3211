"""The acting user, row-level security, encrypted fields, the blind index, keys."""
