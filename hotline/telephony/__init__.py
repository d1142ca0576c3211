"""The telephone provider: the only package that imports its library; another provider would fit in here."""
