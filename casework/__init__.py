"""The work on a case."""
