"""Keys: a master key wraps one data key per dossier; deleting the data key erases the dossier.

The key file (``LOTSE_KEYS_FILE``) is JSON::

    {"active": "k1", "master": {"k1": "<base64, 32 bytes>"}, "blind_index": "<base64, 32 bytes>"}

To change the master key, a new one is added and made active; the old one is needed until every data key is wrapped with
the new one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12


class WrongKey(Exception):
    """A value cannot be decrypted with its key, or was copied from another row or column.

    The message has table, row and column, or the key, and nothing of the value.
    """

    @property
    def number(self) -> str:
        """The id of the row, else of the key, for administrators."""
        words = str(self).split(":")
        return words[1] if len(words) > 2 else words[0].removeprefix("data key ")


@dataclass(frozen=True)
class Keyring:
    """The keys of the installation, read from the key file by the settings."""

    active: str
    master: dict[str, bytes]
    blind_index: bytes


@lru_cache(maxsize=1)
def keyring() -> Keyring:
    return Keyring(**settings.LOTSE_KEYS)


def seal(key: bytes, plain: bytes, context: str) -> bytes:
    """AES-256-GCM: nonce, then ciphertext with tag; decryption needs the same ``context``."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise WrongKey(context) from error
