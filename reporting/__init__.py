"""Figures and releases."""
