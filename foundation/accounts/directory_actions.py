"""Whom a confirmed identity of the directory is here: linked once by a trusted address, then by the subject alone."""

from __future__ import annotations

from enum import StrEnum

from allauth.account.models import EmailAddress
from django.db import transaction

from . import audit, one_time_links
from .actions import end_sessions, require_over
from .directory import Identity
from .events import DIRECTORY_LINK_ENDED, DIRECTORY_LINKED, DIRECTORY_REFUSED
from .models import DirectoryLink, User
from .states import LinkState


class Reason(StrEnum):
    """Why somebody whom the directory knows is refused here: for the data protection officer, not for the person."""

    UNKNOWN = "unknown"  # nobody here has the address
    UNVERIFIED = "unverified"  # the directory has not verified the address
    FOREIGN_DOMAIN = "foreign_domain"  # the directory is not trusted for the domain
    OTHER_ACCOUNT = "other_account"  # the person is linked to another account of the directory
    NOT_INVITED = "not_invited"  # the invitation is over
    DEACTIVATED = "deactivated"  # the account is closed


class Refused(Exception):
    """``user``: whose account it is about, if it is known."""

    def __init__(self, reason: Reason, user: User | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.user = user


@transaction.atomic
def person_of(*, by: User, identity: Identity) -> tuple[User, bool]:
    """The person, and whether they were linked now. ``by``: the service of the sign-in. Raises Refused.

    A subject that is linked is that person, whatever its address is by now.
    """
    link = DirectoryLink.objects.select_related("user").filter(digest=identity.digest).first()
    user = link.user if link else _invited(identity)
    if not user.is_active:
        raise Refused(Reason.DEACTIVATED, user)
    link = link or DirectoryLink.objects.filter(user=user).first()  # once more: another browser may have been quicker
    if link and link.digest == identity.digest:
        return user, False
    if link:
        raise Refused(Reason.OTHER_ACCOUNT, user)
    invitation = one_time_links.open_link(user)
    if user.is_invited and invitation is None:
        raise Refused(Reason.NOT_INVITED, user)
    DirectoryLink.objects.create(user=user, digest=identity.digest)
    audit.record(DIRECTORY_LINKED, by=by, about=user, centre=_centre(user), user=user.pk)
    return user, True


def _invited(identity: Identity) -> User:
    """The person with this address, which the directory has verified and is trusted for; locked. Raises Refused."""
    if not identity.email or not identity.is_verified:
        raise Refused(Reason.UNVERIFIED)
    if not identity.is_of_trusted_domain:
        raise Refused(Reason.FOREIGN_DOMAIN)
    people = User.objects.select_for_update(no_key=True).filter(service="", email__iexact=identity.email)
    user = people.first()
    if user is None:
        raise Refused(Reason.UNKNOWN)
    return user


@transaction.atomic
def accept_invitation(*, by: User) -> None:
    """With the first sign-in through the directory: the e-mailed link is used up, and the address is the person's."""
    link = one_time_links.open_link(by)
    if link:
        one_time_links.end(link, LinkState.USED)
    EmailAddress.objects.filter(user=by).exclude(email__iexact=by.email).update(primary=False)
    mine = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=by, email=by.email.lower(), defaults=mine)


@transaction.atomic
def sign_in_refused(*, by: User, refused: Refused, identity: Identity) -> None:
    """Recorded for the officer: the reason, and whose account it was about. The directory's words are not stored.

    Without an account, the same subject is recognised by its key, which is made of its digest.
    """
    user = refused.user
    if user:
        audit.record(DIRECTORY_REFUSED, by=by, about=user, centre=_centre(user), user=user.pk, reason=refused.reason)
    else:
        stranger = DirectoryLink(digest=identity.digest)
        audit.record(DIRECTORY_REFUSED, by=by, about=stranger, reason=refused.reason)


@transaction.atomic
def end_link(*, by: User, user: User) -> bool:
    """An administrator ends the link to the directory, and the person's sessions; a new one is made by the address.

    A repeat has no effect: False. Raises NotAllowed.
    """
    require_over(by, user)
    removed, _each = DirectoryLink.objects.filter(user=user).delete()
    if removed:
        audit.record(DIRECTORY_LINK_ENDED, by=by, about=user, user=user.pk)
        end_sessions(user)
    return removed > 0


def _centre(user: User) -> int | None:
    invitation = one_time_links.open_link(user)
    if user.centre:
        return user.centre.pk
    return invitation.centre_id if invitation else None
