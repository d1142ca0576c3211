"""Calls, the queue, and handlers at the telephone."""
