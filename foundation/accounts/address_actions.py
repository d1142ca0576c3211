"""Changing the address of one's own account: it takes effect when the link in the e-mail to it is opened and confirmed.

Whether another account has the address is not told to who asks, only to its mailbox (``mails``).
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from . import audit, notices, one_time_links
from .actions import store_user
from .events import ADDRESS_ASKED, ADDRESS_CHANGED, ADDRESS_WITHDRAWN
from .models import OneTimeLink, User
from .refusals import LinkIsDead, SameAddress
from .states import LinkState
from .vocabulary import LinkPurpose, NoticeKind


def asked_for(by: User) -> OneTimeLink | None:
    """The change of address that the person has not confirmed yet."""
    links = OneTimeLink.objects.usable().for_address()
    return links.filter(user=by, expires_at__gt=timezone.now()).first()


@transaction.atomic
def ask_for_address(*, by: User, email: str) -> None:
    """Have a link mailed to the new address, and a notice to the present one. An earlier link is dead.

    A repeat before the e-mail is sent has no effect. Raises SameAddress.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if person.email.lower() == email.lower():
        raise SameAddress
    now = timezone.now()
    earlier = OneTimeLink.objects.usable().for_address().select_for_update(no_key=True).filter(user=person).first()
    if earlier and earlier.email == email and earlier.is_to_be_sent(now):
        return
    if earlier:
        one_time_links.end(earlier, LinkState.REPLACED)
    OneTimeLink.objects.create(
        user=person,
        purpose=LinkPurpose.ADDRESS,
        email=email,
        centre=by.centre,
        made_by=by,
        made_at=now,
        expires_at=now + one_time_links.LASTS[LinkPurpose.ADDRESS],
    )
    notices.order([person], NoticeKind.ADDRESS_ASKED, email=person.email)
    audit.record(ADDRESS_ASKED, by=by, about=person, wake=notices.SEND, user=person.pk)


@transaction.atomic
def withdraw_address(*, by: User) -> None:
    """The link under way is dead. A repeat has no effect."""
    for link in OneTimeLink.objects.usable().for_address().filter(user=by):
        if one_time_links.end(link, LinkState.WITHDRAWN):
            audit.record(ADDRESS_WITHDRAWN, by=by, about=by, user=by.pk)


@transaction.atomic
def confirm_address(*, by: User, link: OneTimeLink) -> None:
    """The account has the link's address from now on, and the former one is told. Links to a password are dead.

    Raises LinkIsDead, also for a repeat and for anybody else; AddressTaken if another account has it.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    links = OneTimeLink.objects.for_address().select_for_update(no_key=True)
    usable = links.filter(pk=link.pk, user=person).first()
    if usable is None or not usable.is_usable(timezone.now()):
        raise LinkIsDead
    former, person.email = person.email, usable.email
    person.version += 1
    store_user(person, usable.email)
    one_time_links.end(usable, LinkState.USED)
    for other in OneTimeLink.objects.usable().for_password().filter(user=person):
        one_time_links.end(other, LinkState.WITHDRAWN)  # it was mailed to the former address
    notices.order([person], NoticeKind.ADDRESS_CHANGED, email=former)
    audit.record(ADDRESS_CHANGED, by=by, about=person, wake=notices.SEND, user=person.pk)
