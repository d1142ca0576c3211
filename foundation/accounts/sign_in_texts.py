"""Texts of django-allauth whose German translation is too informal. Our catalogue (locale/) overrides them."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TEXTS = (
    _("You have signed out."),
    _("Are you sure you want to sign out?"),
    _("Please type your current password."),
    _("You must type the same password each time."),
    _("Too many failed login attempts. Try again later."),
    _("Your password has been changed."),
    _("Your password is now changed."),
    _("Please contact us if you have any trouble resetting your password."),
    _("Forgotten your password? Enter your email address below, and we'll send you an email allowing you to reset it."),
    _(
        "We have sent you an email. If you have not received it please check your spam folder. "
        "Otherwise contact us if you do not receive it in a few minutes."
    ),
    _(
        "You're receiving this email because you or someone else has requested a password reset "
        "for your user account.\n"
        "It can be safely ignored if you did not request a password reset. Click the link below to reset your password."
    ),
    _("Thank you for using %(site_name)s!\n%(site_domain)s"),
    _("You are already logged in as %(user_display)s."),
    _("You must type the same email each time."),
    _("You cannot remove your primary email address (%(email)s)."),
    _("You cannot remove your primary email address."),
    _("You have confirmed %(email)s."),
    _("Do you really want to remove the selected email address?"),
    _("Your primary email address must be verified."),
    _("Your email address is still pending verification."),
)
