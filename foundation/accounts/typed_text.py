"""Input of a form whose session had ended, kept until the same person has signed in again.

It may contain case data, so it is encrypted in the sign-in page, with the id of the form's user, and in that user's new
session for at most ``KEPT_SECONDS``. It cannot be decrypted for anybody else (ADR 16).
"""

from __future__ import annotations

import base64
import json
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from foundation.privacy.keys import KEY_BYTES, WrongKey, keyring, seal, unseal

KEPT_SECONDS = 30 * 60
LONGEST_SEALED = 512 * 1024  # characters; the longest field of the platform has 20,000
CONTEXT = "typed text"
#: Fields that are never kept: those of the old page only, and passwords.
NOT_TEXT = frozenset({"csrfmiddlewaretoken", "shown_to", "next"})


@dataclass(frozen=True)
class TypedText:
    """The fields of one form. ``page``: where it stood; ``action``: where it was sent; ``at``: epoch seconds, UTC."""

    owner: int
    page: str
    action: str
    fields: dict[str, list[str]]
    has_files: bool
    at: int


def typed_text(
    *, owner: int, page: str, action: str, posted: Mapping[str, Sequence[str]], has_files: bool = False
) -> TypedText:
    """``posted``: name to all its values, as ``QueryDict.lists()`` gives them."""
    fields = {name: list(values) for name, values in posted.items() if name not in NOT_TEXT and "password" not in name}
    return TypedText(owner, page, action, fields, has_files, int(time.time()))


def sealed(typed: TypedText) -> str:
    """Encrypted for the sign-in page or the session; "" if it is too long."""
    ring = keyring()
    plain = zlib.compress(json.dumps(asdict(typed)).encode())
    text = base64.urlsafe_b64encode(seal(_key(ring.master[ring.active]), plain, CONTEXT)).decode()
    return text if len(text) <= LONGEST_SEALED else ""


def opened(text: str, *, owner: int) -> TypedText | None:
    """The decrypted text; None if it is another user's, too old or invalid."""
    plain = _plain(text)
    if plain is None:
        return None
    typed = TypedText(**json.loads(zlib.decompress(plain)))
    is_in_time = time.time() - typed.at <= KEPT_SECONDS
    return typed if typed.owner == owner and is_in_time else None


def _plain(text: str) -> bytes | None:
    """While the master key is being changed, some processes have another active one."""
    ring = keyring()
    for name in sorted(ring.master, key=lambda name: name != ring.active):
        with suppress(WrongKey, ValueError):
            return unseal(_key(ring.master[name]), base64.urlsafe_b64decode(text.encode()), CONTEXT)
    return None


def _key(master: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=CONTEXT.encode()).derive(master)
