"""Keyed digests for finding encrypted telephone numbers."""

from __future__ import annotations

import hashlib
import hmac

from .keys import keyring


def phone_index(e164: str) -> bytes:
    """A keyed digest of an E.164 number for exact look-up.

    All numbers of a country can be hashed within a minute, so a hash without a key would not protect them.
    """
    return hmac.new(keyring().blind_index, b"phone:" + e164.encode(), hashlib.sha256).digest()
