"""Making the data key of a new dossier."""

from __future__ import annotations

from .models import DataKey


def new_data_key() -> DataKey:
    """A key for a new dossier. The dossier's own action writes the journal event."""
    key = DataKey.generate()
    key.save(force_insert=True)
    return key
