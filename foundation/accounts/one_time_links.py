"""One-time links, with which a person chooses a password or confirms a new address; nobody else sees them.

A link is the id of its row, signed with the secret key when the e-mail is sent, so that the database holds no usable
link.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from . import audit
from .events import USER_INVITED, USER_PASSWORD_RESET
from .models import OneTimeLink, User
from .states import LinkState
from .vocabulary import LinkPurpose

SALT = "accounts.one-time-link"
SALT_OF_ADDRESS = "accounts.address-link"  # no link of one kind is good for the other
#: How long a link can be used.
LASTS = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.PASSWORD: timedelta(days=1),
    LinkPurpose.ADDRESS: timedelta(days=1),
}
KINDS = {LinkPurpose.INVITATION: USER_INVITED, LinkPurpose.PASSWORD: USER_PASSWORD_RESET}
SEND = "accounts.tasks.send_links"


def path_of(link: OneTimeLink) -> str:
    if link.purpose == LinkPurpose.ADDRESS:
        return reverse("accounts:confirm_address", args=[Signer(salt=SALT_OF_ADDRESS).sign(str(link.pk))])
    return reverse("accounts:choose_password", args=[Signer(salt=SALT).sign(str(link.pk))])


def found(token: str) -> OneTimeLink | None:
    """The link of a password's token, with its person and centre, in any state; None for a token that is not ours."""
    return _found(OneTimeLink.objects.for_password(), token, SALT)


def found_for_address(token: str) -> OneTimeLink | None:
    """The same for the token of a new address."""
    return _found(OneTimeLink.objects.for_address(), token, SALT_OF_ADDRESS)


def _found(links: QuerySet[OneTimeLink], token: str, salt: str) -> OneTimeLink | None:
    try:
        key = uuid.UUID(Signer(salt=salt).unsign(token))
    except (BadSignature, ValueError):
        return None
    return links.select_related("user", "centre").filter(pk=key).first()


def open_link(user: User) -> OneTimeLink | None:
    """The person's link for a password that can still be used."""
    return OneTimeLink.objects.usable().for_password().filter(user=user, expires_at__gt=timezone.now()).first()


def order(by: User, user: User, purpose: LinkPurpose) -> None:
    """Have a link mailed to the person; earlier ones are dead. One that is about to be mailed is not ordered twice."""
    now = timezone.now()
    earlier = OneTimeLink.objects.usable().for_password().select_for_update(no_key=True).filter(user=user).first()
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
