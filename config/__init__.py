"""Wiring only: settings, URLs, the ASGI and WSGI entry, Celery."""
