"""The page of the shift, live figures, counts, import of a centre's past."""
