"""The shift page, live figures, counts, import of a centre's past."""
