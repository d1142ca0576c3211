"""Users whose password's hash is in a table of its own, which only the person and the service of the sign-in read.

``stamp`` stands for the hash where Django would use it: sessions end when it changes. It is random, changes with each
password, and begins with "!" while there is none.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

NO_PASSWORD = "!"  # noqa: S105  the mark that there is none


def new_stamp(*, has_password: bool) -> str:
    return secrets.token_hex(16) if has_password else NO_PASSWORD + secrets.token_hex(16)


def stamp_without_password() -> str:
    return new_stamp(has_password=False)


class UserWithStoredPassword(AbstractBaseUser):
    """Works as Django and allauth expect. Where nobody acts, it reads and writes as the service of the sign-in."""

    stamp = models.CharField(max_length=40, default=stamp_without_password, editable=False)
    _new_hash: str | None = None

    class Meta:
        abstract = True

    @property
    def password(self) -> str:
        """The hash: a new one that is not saved yet, else the stored one."""
        if self._new_hash is not None:
            return self._new_hash
        if not self.has_usable_password():
            return self.stamp
        from .services import acting_at_sign_in

        with acting_at_sign_in():
            found = self._hashes().filter(pk=self.pk).values_list("encoded", flat=True).first()
        return found or NO_PASSWORD

    @password.setter
    def password(self, encoded: str) -> None:
        self.take_hash(encoded)

    def take_hash(self, encoded: str) -> None:
        """``save`` stores it."""
        self._new_hash = encoded
        self.stamp = new_stamp(has_password=is_password_usable(encoded))

    def has_usable_password(self) -> bool:
        return not self.stamp.startswith(NO_PASSWORD)

    def check_password(self, raw_password: str | None) -> bool:
        """A hash that is out of date is replaced; that is no new password."""

        def store_again(raw: str) -> None:
            self._new_hash = make_password(raw)
            self.save(update_fields=["stamp"])

        return check_password(raw_password, self.password, store_again)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The hash is stored with the row. ``password`` in ``update_fields`` means the hash and the stamp."""
        from .services import acting_at_sign_in

        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = [{"password": "stamp"}.get(field, field) for field in fields]
        with acting_at_sign_in():
            super().save(*args, **kwargs)
            encoded, self._new_hash = self._new_hash, None
            if encoded is not None and is_password_usable(encoded):
                values = {"encoded": encoded, "changed_at": timezone.now()}
                if not self._hashes().filter(pk=self.pk).update(**values):
                    self._hashes().create(pk=self.pk, **values)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        salt = "foundation.accounts.session"
        return salted_hmac(salt, self.stamp, secret=secret, algorithm="sha256").hexdigest()

    def _hashes(self) -> Any:
        return apps.get_model("accounts", "PasswordHash")._default_manager
