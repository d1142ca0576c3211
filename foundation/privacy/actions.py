"""Creates data keys, and stores the keys that sign who acts."""

from __future__ import annotations

from django.db import transaction

from .models import DataKey, SigningKey
from .signing import signing_keys


def new_data_key() -> DataKey:
    """Create the key of a new dossier. The calling action writes the event."""
    key = DataKey.generate()
    key.save(force_insert=True)
    return key


@transaction.atomic
def store_signing_keys(**_signal: object) -> None:
    """Store the keys derived from the settings' secret keys, and delete all others. Run as the owner of the tables."""
    wanted = {key.id: key for key in signing_keys()}
    stored = set(SigningKey.objects.values_list("pk", flat=True))
    SigningKey.objects.filter(pk__in=stored - wanted.keys()).delete()
    new = [wanted[name] for name in wanted.keys() - stored]
    rows = [SigningKey(pk=key.id, inner_block=key.inner, outer_block=key.outer) for key in new]
    SigningKey.objects.bulk_create(rows)
