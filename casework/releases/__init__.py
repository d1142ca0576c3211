"""Releases from prison and exit reports."""
