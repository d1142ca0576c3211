"""Handing cases over to other organisations."""
