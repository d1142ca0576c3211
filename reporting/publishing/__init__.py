"""Releases for funders and the public, with disclosure control."""
