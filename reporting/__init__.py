"""Figures from what happened."""
