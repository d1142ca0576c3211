"""URLs of the desk, contacts, callbacks and the search."""

from __future__ import annotations

from django.urls import path

from . import callback_views, contact_views, fragments, views

app_name = "hotline"
urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("desk/new/", views.new_contact, name="new_contact"),
    path("desk/parts/callbacks/", fragments.callbacks, name="part_callbacks"),
    path("desk/parts/open/", fragments.open_contacts, name="part_open"),
    path("desk/parts/shift/", fragments.shift, name="part_shift"),
    path("desk/parts/endings/", fragments.endings, name="part_endings"),
    path("desk/parts/today/", fragments.today, name="part_today"),
    path("desk/parts/access/", fragments.access, name="part_access"),
    path("desk/<uuid:contact_id>/", views.desk_contact, name="desk_contact"),
    path("desk/<uuid:contact_id>/save/", views.autosave, name="autosave"),
    path("desk/<uuid:contact_id>/complete/", views.complete, name="complete"),
    path("desk/<uuid:contact_id>/undo/", views.undo, name="undo"),
    path("desk/<uuid:contact_id>/region/", fragments.region, name="region"),
    path("desk/<uuid:contact_id>/place/", fragments.place, name="place"),
    path("desk/<uuid:contact_id>/earlier/", fragments.earlier, name="earlier"),
    path("desk/<uuid:contact_id>/callback/", callback_views.plan, name="plan_for_contact"),
    path("contacts/", contact_views.contacts, name="contacts"),
    path("contacts/<uuid:contact_id>/", contact_views.contact, name="contact"),
    path("contacts/<uuid:contact_id>/take/", contact_views.take, name="take"),
    path("contacts/<uuid:contact_id>/assign/", contact_views.assign, name="assign"),
    path("contacts/<uuid:contact_id>/access/", contact_views.ask_access, name="ask_access"),
    path("access/<uuid:request_id>/", contact_views.decide, name="decide_access"),
    path("callbacks/", callback_views.worklist, name="callbacks"),
    path("callbacks/new/", callback_views.plan, name="plan_callback"),
    path("callbacks/<uuid:callback_id>/claim/", callback_views.claim, name="claim"),
    path("callbacks/<uuid:callback_id>/back/", callback_views.put_back, name="put_back"),
    path("callbacks/<uuid:callback_id>/end/", callback_views.end, name="end_callback"),
    path("search/", contact_views.search, name="search"),
]
