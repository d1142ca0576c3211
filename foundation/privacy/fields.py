"""Model fields that are stored encrypted.

The owning model has a UUID ``id`` and a foreign key ``data_key``. Table, row and column are associated data of the
encryption, so that a ciphertext copied elsewhere cannot be decrypted (Fernet has no associated data).
Column: version byte, data key id (16 bytes), nonce (12), AES-256-GCM ciphertext with tag. Empty text is stored as NULL.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from .keys import WrongKey, seal, unseal
from .models import opened_key

VERSION = b"\x01"
HEADER_BYTES = 17


class Sealed(bytes):
    """A value as stored in the database. Its repr shows nothing, not even the length."""

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


class _OpenOnRead(DeferredAttribute):
    """Decrypts the value at first use, so that lists decrypt only what they show."""

    field: Any

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            value = self.field.unseal(instance, value)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        # With __set__ the descriptor has priority over the instance's dictionary, so nobody reads the encrypted value.
        instance.__dict__[self.field.attname] = value


if TYPE_CHECKING:
    AnyField = models.Field[Any, Any]
else:
    AnyField = models.Field


class EncryptedField(AnyField):
    descriptor_class = _OpenOnRead
    empty: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(null=True, editable=False)
        kwargs.setdefault("default", self.empty_value)
        super().__init__(*args, **kwargs)

    @classmethod
    def empty_value(cls) -> Any:
        return cls.empty

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for made_here in ("null", "editable", "default"):
            kwargs.pop(made_here, None)
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def dump(self, value: Any) -> bytes:
        raise NotImplementedError

    def load(self, plain: bytes) -> Any:
        raise NotImplementedError

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.empty_value() if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        if self.attname not in model_instance.__dict__:
            getattr(model_instance, self.attname)  # deferred: a save with update_fields must not empty it
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed):
            return value
        return None if value in (None, self.empty_value()) else self.seal(model_instance, value)

    def get_lookup(self, lookup_name: str) -> Any:
        # Look-ups such as "contains" do not prepare the value; they would search the ciphertext and find nothing.
        if lookup_name not in ("exact", "isnull"):
            raise self._not_without_its_row()
        return super().get_lookup(lookup_name)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Sealed):
            return value
        raise self._not_without_its_row()

    def _not_without_its_row(self) -> TypeError:
        return TypeError(f"{self.name} is encrypted: it can be neither filtered nor written without its row")

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # An empty value needs no key; new columns get it as default.
        return None if value == self.empty_value() else super().get_db_prep_save(value, connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = self.get_prep_value(value)
        return None if sealed is None else connection.Database.Binary(bytes(sealed))

    def context(self, instance: models.Model) -> str:
        # In the database's form: an id given as text may be written differently.
        key = instance._meta.pk.to_python(instance.pk)
        return f"{instance._meta.db_table}:{key}:{self.column}"

    def seal(self, instance: models.Model, value: Any) -> Sealed:
        key_id: uuid.UUID | None = getattr(instance, "data_key_id", None)
        if key_id is None or instance.pk is None:
            raise WrongKey(f"{self.context(instance)}: the row has no data key yet")
        return Sealed(VERSION + key_id.bytes + seal(opened_key(key_id), self.dump(value), self.context(instance)))

    def unseal(self, instance: models.Model, sealed: Sealed) -> Any:
        raw = bytes(sealed)
        if raw[:1] != VERSION or len(raw) < HEADER_BYTES:
            raise WrongKey(f"{self.context(instance)}: unknown format")
        key_id = uuid.UUID(bytes=raw[1:HEADER_BYTES])
        if instance.__dict__.get("data_key_id", key_id) != key_id:
            raise WrongKey(f"{self.context(instance)}: sealed with the key of another dossier")
        try:
            key = opened_key(key_id)
        except WrongKey as error:
            raise WrongKey(f"{self.context(instance)}: {error}") from error
        return self.load(unseal(key, raw[HEADER_BYTES:], self.context(instance)))


class EncryptedTextField(EncryptedField):
    empty = ""

    def dump(self, value: Any) -> bytes:
        return str(value).encode()

    def load(self, plain: bytes) -> str:
        return plain.decode()


class EncryptedBytesField(EncryptedField):
    empty = b""

    def dump(self, value: Any) -> bytes:
        return bytes(value)

    def load(self, plain: bytes) -> bytes:
        return plain


class EncryptedJSONField(EncryptedField):
    @classmethod
    def empty_value(cls) -> Any:
        return {}

    def dump(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()

    def load(self, plain: bytes) -> Any:
        return json.loads(plain)
