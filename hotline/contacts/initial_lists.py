"""Initial lists of a new installation; the centre changes them in the administration."""

from __future__ import annotations

from typing import Any

from django.db.models import F

#: Code, parent, English, French, German. Most frequent first: relatives call most, affected persons least.
CALLER_TYPES = [
    ("relative", "", "Relative", "Famille", "Angehörige"),
    ("parent", "relative", "Parent", "Parent", "Elternteil"),
    ("sibling", "relative", "Brother or sister", "Frère ou sœur", "Geschwister"),
    ("partner", "relative", "Partner", "Conjoint·e", "Partner oder Partnerin"),
    (
        "other_family",
        "relative",
        "Other family",
        "Autre membre de la famille",
        "Andere Angehörige",
    ),
    ("private_circle", "", "Private circle", "Entourage privé", "Privates Umfeld"),
    ("friend", "private_circle", "Friend", "Ami·e", "Freund oder Freundin"),
    ("neighbour", "private_circle", "Neighbour", "Voisin·e", "Nachbarschaft"),
    ("colleague", "private_circle", "Colleague", "Collègue", "Kollege oder Kollegin"),
    ("professional", "", "Professional", "Professionnel·le", "Fachkraft"),
    ("social_work", "professional", "Social work", "Travail social", "Soziale Arbeit"),
    ("youth_work", "professional", "Youth work", "Travail de jeunesse", "Jugendarbeit"),
    ("health", "professional", "Health", "Santé", "Gesundheitswesen"),
    ("counselling", "professional", "Counselling", "Conseil", "Beratung"),
    (
        "religious_community",
        "professional",
        "Religious community",
        "Communauté religieuse",
        "Religionsgemeinschaft",
    ),
    ("school", "", "School", "École", "Schule"),
    ("employer", "", "Employer", "Employeur", "Arbeitgeber"),
    ("authority", "", "Authority", "Administration", "Behörde"),
    ("affected", "", "Affected person", "Personne elle-même concernée", "Betroffene Person"),
    ("other", "", "Other", "Autre", "Sonstige"),
    ("unknown", "", "Unknown", "Inconnu", "Unbekannt"),
]

#: Code, English, French, German.
TOPICS = [
    (
        "behaviour",
        "Changed behaviour",
        "Changement de comportement",
        "Verändertes Verhalten",
    ),
    (
        "appearance",
        "Changed appearance",
        "Changement d’apparence",
        "Verändertes Äußeres",
    ),
    ("contacts", "New circle of friends", "Nouvel entourage", "Neuer Freundeskreis"),
    ("online", "Online activity", "Activité en ligne", "Aktivität im Netz"),
    (
        "ideology",
        "Ideological statements",
        "Propos idéologiques",
        "Ideologische Äußerungen",
    ),
    ("violence", "Violence or threats", "Violence ou menaces", "Gewalt oder Drohungen"),
    ("travel", "Travel or return", "Départ ou retour", "Ausreise oder Rückkehr"),
    ("family", "Conflict in the family", "Conflit familial", "Konflikt in der Familie"),
    ("school", "Conflict at school", "Conflit à l’école", "Konflikt in der Schule"),
    ("conversion", "Conversion", "Conversion", "Konversion"),
    ("mental_health", "Mental health", "Santé mentale", "Psychische Gesundheit"),
    ("exit", "Wish to leave", "Souhait de sortir du milieu", "Ausstiegswunsch"),
    (
        "prison",
        "Prison and release",
        "Prison et sortie de prison",
        "Haft und Entlassung",
    ),
    (
        "information",
        "General information",
        "Information générale",
        "Allgemeine Information",
    ),
]


def add_caller_type(apps: Any, schema_editor: Any, *, code: str) -> None:
    """For the migration of a later type: existing databases get it at its place in the list; new ones have it."""
    types = apps.get_model("hotline", "CallerType").objects
    if types.filter(code=code).exists():
        return
    position = [entry[0] for entry in CALLER_TYPES].index(code)
    _code, parent, en, fr, de = CALLER_TYPES[position]
    types.filter(position__gte=position).update(position=F("position") + 1)
    types.create(code=code, parent_id=parent or None, label_en=en, label_fr=fr, label_de=de, position=position)
