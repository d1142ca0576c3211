"""Wiring only: settings, URLs, the ASGI and WSGI entry, Celery."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
