"""Who acts, row-level security, encrypted fields, the blind index, keys."""
