"""Conversations: contacts, calls, messages, and the telephone provider."""
