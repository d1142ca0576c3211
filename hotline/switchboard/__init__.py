"""Calls, the queue, handlers at the telephone."""
