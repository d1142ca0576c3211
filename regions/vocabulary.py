"""The closed lists of the network. The code is stored, never the label."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Service(models.TextChoices):
    """What a partner can do for a family or a person."""

    RELATIVES = "relatives", _("Counselling of relatives")
    EXIT = "exit", _("Exit work")
    SCHOOL = "school", _("Work in schools")
    PRISON = "prison", _("Work in prison and after release")
    RETURNEES = "returnees", _("Returnees")
    MENTAL_HEALTH = "mental_health", _("Mental health")
    MINORS = "minors", _("Children and young people")
    PROFESSIONALS = "professionals", _("Advice to professionals")
    FAMILY = "family", _("Family support")
    VICTIMS = "victims", _("Support for victims and threatened persons")


class Phenomenon(models.TextChoices):
    """The form of radicalisation; unknown is always an answer."""

    RELIGIOUS = "religious", _("Religiously motivated")
    RIGHT = "right", _("Right-wing")
    LEFT = "left", _("Left-wing")
    FOREIGN = "foreign", _("Foreign ideology")
    CONSPIRACY = "conspiracy", _("Conspiracy or anti-state")
    MIXED = "mixed", _("Mixed or unclear")
    UNKNOWN = "unknown", _("Unknown")


#: Phenomena for which the choice of a partner does not matter, so that they exclude nobody.
UNDECIDED_PHENOMENA = frozenset({Phenomenon.UNKNOWN.value, Phenomenon.MIXED.value})


class Language(models.TextChoices):
    """Languages that help is offered in: ISO 639-1, and 639-2 where there is no two-letter code."""

    GERMAN = "de", _("German")
    FRENCH = "fr", _("French")
    DUTCH = "nl", _("Dutch")
    ENGLISH = "en", _("English")
    TURKISH = "tr", _("Turkish")
    ARABIC = "ar", _("Arabic")
    RUSSIAN = "ru", _("Russian")
    PERSIAN = "fa", _("Persian (Farsi, Dari)")
    UKRAINIAN = "uk", _("Ukrainian")
    POLISH = "pl", _("Polish")
    KURDISH = "ku", _("Kurdish")
    PASHTO = "ps", _("Pashto")
    URDU = "ur", _("Urdu")
    BOSNIAN_CROATIAN_SERBIAN = "sh", _("Bosnian, Croatian, Serbian")
    ALBANIAN = "sq", _("Albanian")
    CHECHEN = "ce", _("Chechen")
    ITALIAN = "it", _("Italian")
    SPANISH = "es", _("Spanish")
    ROMANIAN = "ro", _("Romanian")
    LUXEMBOURGISH = "lb", _("Luxembourgish")
    GERMAN_SIGN = "gsg", _("German sign language")


class Sector(models.TextChoices):
    """The fields of work that a region's network should reach."""

    POLICE = "police", _("Police")
    PRISON = "prison", _("Prison")
    PROBATION = "probation", _("Probation")
    SCHOOL = "school", _("School")
    YOUTH_WELFARE = "youth_welfare", _("Youth welfare")
    YOUTH_WORK = "youth_work", _("Youth work and sport")
    HEALTH = "health", _("Health")
    EMPLOYMENT = "employment", _("Employment")
    MIGRATION = "migration", _("Migration and asylum")
    RELIGION = "religion", _("Religious community")
    MUNICIPALITY = "municipality", _("Municipality")
    SECURITY = "security", _("Security services")


class Weekday(models.IntegerChoices):
    """Day of the week, numbered as in `datetime.date.weekday`."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class PauseReason(models.TextChoices):
    """Why a partner takes no new cases for a while."""

    FULL = "full", _("No free places")
    STAFF = "staff", _("Staff missing")
    HOLIDAY = "holiday", _("Closed for holidays")
    FUNDING = "funding", _("Funding open")
    OTHER = "other", _("Other reason")


class ConflictReason(models.TextChoices):
    """Why a partner must not be given a case."""

    TIES = "ties", _("Personal or family ties")
    PARTY = "party", _("Is a party to the matter itself")
    STAFF = "staff", _("Employs somebody who is involved")
    FUNDS = "funds", _("Funds or supervises one side")
    COMPLAINT = "complaint", _("A complaint or lawsuit is running")
    SAFETY = "safety", _("Safety of staff or of the persons concerned")
    OTHER = "other", _("Other reason")


#: Instead of a reason: the partner declined a case with the words "conflict of interest", and need not say more.
SAID_SO_ITSELF = "declared"


class RegionKind(models.TextChoices):
    """What kind of node a region is, in words that fit each country."""

    COUNTRY = "country", _("Country")
    STATE = "state", _("State, region or canton")
    DISTRICT = "district", _("Département or province")
