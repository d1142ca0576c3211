"""Creates data keys."""

from __future__ import annotations

from .models import DataKey


def new_data_key() -> DataKey:
    """Create the key of a new dossier. The calling action writes the event."""
    key = DataKey.generate()
    key.save(force_insert=True)
    return key
