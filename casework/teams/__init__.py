"""The case team: bodies that work on one case."""
