"""The conversation: contacts, calls, messages, and the telephone provider."""
