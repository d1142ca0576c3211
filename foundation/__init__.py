"""Apps that all others use: privacy, accounts, the journal, the user interface."""
