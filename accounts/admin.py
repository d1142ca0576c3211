"""Users, roles and organisations, for administrators. Every write is an action; nothing is deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import actions
from .models import Membership, Organisation, User
from .roles import Role


class Kept(admin.ModelAdmin):  # type: ignore[type-arg]
    """To be looked at and added to; what is there changes by actions only."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewUserForm(forms.ModelForm):  # type: ignore[type-arg]
    password = forms.CharField(
        label=gettext_lazy("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters. Hand it over in person; it can be changed after signing in."),
    )

    class Meta:
        model = User
        fields = ("email", "name", "language")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("There is a user with this address already."))
        return email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        named = User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))
        validate_password(password, named)
        return password


class RolesInline(admin.TabularInline):  # type: ignore[type-arg]
    """The roles that a person has and had."""

    model = Membership
    fk_name = "user"
    fields = ("organisation", "role", "started_at", "ended_at")
    extra = 0
    verbose_name_plural = gettext_lazy("roles, also former ones")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(User)
class UserAdmin(Kept):
    list_display = ("name", "email", "language", "is_active", "roles")
    list_filter = ("is_active", "language")
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    fields = ("email", "name", "language", "is_active", "date_joined", "last_login")
    inlines = (RolesInline,)
    actions = ("deactivate",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """People; services are no accounts of anybody."""
        return super().get_queryset(request).filter(service="").prefetch_related("memberships__organisation")

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        active = [one for one in user.memberships.all() if one.ended_at is None]
        return ", ".join(f"{one.get_role_display()} ({one.organisation.name})" for one in active)

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:
        return NewUserForm if obj is None else super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.fields if obj else ("email", "name", "language", "password")

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return self.inlines if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        made = actions.create_user(by=request.user, **form.cleaned_data)
        obj.__dict__.update(made.__dict__)

    @admin.action(description=gettext_lazy("Deactivate: end all roles and sessions"), permissions=["view"])
    def deactivate(self, request: HttpRequest, users: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        for user in users.exclude(pk=request.user.pk):
            actions.deactivate_user(by=request.user, user=user)
        if users.filter(pk=request.user.pk).exists():
            messages.warning(request, _("You cannot deactivate yourself."))


class NewRoleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Membership
        fields = ("user", "organisation", "role")

    by: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["user"]
        people.queryset = User.objects.filter(is_active=True, service="").order_by("name")  # type: ignore[attr-defined]
        people.label_from_instance = lambda user: f"{user.name} ({user.email})"  # type: ignore[attr-defined]

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if user == self.by:
            raise forms.ValidationError(_("Nobody grants a role to themselves; ask another administrator."))
        return user

    def validate_constraints(self) -> None:
        """A role that the person has already is no mistake: granting it twice gives the one."""


@admin.register(Membership)
class RoleAdmin(Kept):
    list_display = ("person", "role", "organisation", "started_at", "ended_at")
    list_filter = ("role", ("ended_at", admin.EmptyFieldListFilter), "organisation")
    search_fields = ("user__name", "user__email", "organisation__name")
    list_select_related = ("user", "organisation")
    ordering = ("-started_at", "-pk")
    fields = ("user", "organisation", "role", "started_at", "ended_at")
    actions = ("end",)

    @admin.display(description=gettext_lazy("person"), ordering="user__name")
    def person(self, membership: Membership) -> str:
        return membership.user.name

    def get_form(self, request: HttpRequest, obj: Membership | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        return type("NewRoleFormOfRequest", (NewRoleForm,), {"by": request.user})

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        return self.fields if obj else ("user", "organisation", "role")

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        given = form.cleaned_data
        made = actions.grant_role(
            by=request.user, user=given["user"], organisation=given["organisation"], role=Role(given["role"])
        )
        obj.__dict__.update(made.__dict__)

    @admin.action(description=gettext_lazy("End these roles: rights and sessions end at once"), permissions=["view"])
    def end(self, request: HttpRequest, memberships: QuerySet[Membership]) -> None:
        assert isinstance(request.user, User)
        for membership in memberships.filter(ended_at=None).exclude(user=request.user):
            actions.end_role(by=request.user, membership=membership)
        if memberships.filter(ended_at=None, user=request.user).exists():
            messages.warning(request, _("Your own roles are ended by another administrator."))


@admin.register(Organisation)
class OrganisationAdmin(Kept):
    list_display = ("name", "kind", "country", "time_zone")
    list_filter = ("kind", "country")
    search_fields = ("name",)
    fields = ("name", "kind", "country", "time_zone")

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        assert isinstance(request.user, User)
        made = actions.create_organisation(by=request.user, **form.cleaned_data)
        obj.__dict__.update(made.__dict__)
