"""The one-time link with which a person chooses a password; an administrator passes it on."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from .models import User


def path_of_link(user: User) -> str:
    """The path. Valid until it is used, the person signs in, another is made, or PASSWORD_RESET_TIMEOUT has passed."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
