"""One-time links with which a person chooses a password; they are mailed to the person, and nobody else sees them.

A link is the id of its row, signed with the secret key when the e-mail is sent, so that the database holds no usable
link.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from . import audit
from .events import USER_INVITED, USER_PASSWORD_RESET
from .models import LinkPurpose, OneTimeLink, User
from .states import LinkState

SALT = "accounts.one-time-link"
#: How long a link can be used.
LASTS = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.PASSWORD: timedelta(days=1)}
KINDS = {LinkPurpose.INVITATION: USER_INVITED, LinkPurpose.PASSWORD: USER_PASSWORD_RESET}
SEND = "accounts.tasks.send_links"


def path_of(link: OneTimeLink) -> str:
    return reverse("accounts:choose_password", args=[Signer(salt=SALT).sign(str(link.pk))])


def found(token: str) -> OneTimeLink | None:
    """The link of a token, with its person and centre, whatever its state; None for a token that is not ours."""
    try:
        key = uuid.UUID(Signer(salt=SALT).unsign(token))
    except (BadSignature, ValueError):
        return None
    return OneTimeLink.objects.select_related("user", "centre").filter(pk=key).first()


def open_link(user: User) -> OneTimeLink | None:
    """The person's link that can still be used."""
    return OneTimeLink.objects.usable().filter(user=user, expires_at__gt=timezone.now()).first()


def order(by: User, user: User, purpose: LinkPurpose) -> None:
    """Have a link mailed to the person; earlier ones are dead. One that is about to be mailed is not ordered twice."""
    now = timezone.now()
    earlier = OneTimeLink.objects.usable().select_for_update(no_key=True).filter(user=user).first()
    if earlier and earlier.purpose == purpose and earlier.is_to_be_sent(now):
        return
    if earlier:
        end(earlier, LinkState.REPLACED)
    made = OneTimeLink.objects.create(
        user=user, purpose=purpose, centre=by.centre, made_by=by, made_at=now, expires_at=now + LASTS[purpose]
    )
    audit.record(KINDS[purpose], by=by, about=user, wake=SEND, user=user.pk, until=made.expires_at.isoformat())


def end(link: OneTimeLink, state: LinkState) -> bool:
    """False if it has ended already."""
    ended = OneTimeLink.objects.usable().filter(pk=link.pk).update(state=state, ended_at=timezone.now())
    return ended > 0
