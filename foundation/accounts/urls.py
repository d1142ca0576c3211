"""URLs of the user's own account, in addition to allauth's, of the first run and of the administration."""

from django.urls import path

from . import (
    administration_views,
    directory_views,
    first_run_views,
    link_views,
    organisation_views,
    role_views,
    second_factor_views,
    user_views,
    views,
)

app_name = "accounts"
urlpatterns = [
    path("language/", views.set_language, name="set_language"),
    path("accounts/session/", views.session, name="session"),
    path("accounts/signed-in/", views.signed_in_again, name="signed_in_again"),
    path("accounts/typed/discard/", views.discard_typed, name="discard_typed"),
    path("accounts/link/<str:token>/", link_views.choose, name="choose_password"),
    path("accounts/demonstration/", views.sign_in_to_demonstration, name="sign_in_to_demonstration"),
    path("accounts/directory/", directory_views.to_directory, name="to_directory"),
    path("accounts/directory/back/", directory_views.back, name="back_from_directory"),
    path("accounts/second-factor/", second_factor_views.second_factor, name="second_factor"),
    path("first-run/", first_run_views.first_run, name="first_run"),
    path("administration/", administration_views.administration, name="administration"),
    path("administration/users/", user_views.users, name="users"),
    path("administration/users/new/", user_views.new_user, name="new_user"),
    path("administration/users/<int:pk>/", user_views.user, name="user"),
    path("administration/users/<int:pk>/edit/", user_views.edit_user, name="edit_user"),
    path("administration/users/<int:pk>/role/", user_views.grant, name="grant_role"),
    path("administration/users/<int:pk>/link/", user_views.make_link, name="make_link"),
    path(
        "administration/users/<int:pk>/second-factor/",
        second_factor_views.remove_of_user,
        name="remove_second_factor",
    ),
    path("administration/users/<int:pk>/directory/", directory_views.unlink, name="end_directory_link"),
    path("administration/users/<int:pk>/deactivate/", user_views.deactivate, name="deactivate"),
    path("administration/users/<int:pk>/reactivate/", user_views.reactivate, name="reactivate"),
    path("administration/roles/<int:pk>/end/", user_views.end, name="end_role"),
    path("administration/proposed-roles/<int:pk>/withdraw/", user_views.withdraw_role, name="withdraw_role"),
    path("roles/", role_views.waiting, name="role_proposals"),
    path("roles/<int:pk>/confirm/", role_views.confirm, name="confirm_role"),
    path("roles/<int:pk>/decline/", role_views.decline, name="decline_role"),
    path("administration/organisations/", organisation_views.organisations, name="organisations"),
    path("administration/organisations/new/", organisation_views.new_organisation, name="new_organisation"),
    path("administration/organisations/<int:pk>/", organisation_views.organisation, name="organisation"),
    path("administration/organisations/<int:pk>/edit/", organisation_views.edit, name="edit_organisation"),
    path("administration/organisations/<int:pk>/close/", organisation_views.close, name="close_organisation"),
    path("administration/organisations/<int:pk>/reopen/", organisation_views.reopen, name="reopen_organisation"),
]
