"""The telephone provider: the only package that imports its library, so that it can be replaced here."""
