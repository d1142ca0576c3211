"""Contacts, callbacks, requests for access, the desk."""
