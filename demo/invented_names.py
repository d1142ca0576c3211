"""Data of the demo: real places, fictional people."""

from __future__ import annotations

#: Country, language of the caller, postal code, municipality, weight.
PLACES = [
    ("DE", "de", "90402", "Nürnberg", 8), ("DE", "de", "80331", "München", 8), ("DE", "de", "97070", "Würzburg", 4),
    ("DE", "de", "70173", "Stuttgart", 6), ("DE", "de", "68159", "Mannheim", 4), ("DE", "de", "10115", "Berlin", 8),
    ("DE", "de", "12043", "Berlin", 4), ("DE", "de", "14467", "Potsdam", 3), ("DE", "de", "28195", "Bremen", 2),
    ("DE", "de", "20095", "Hamburg", 6), ("DE", "de", "60311", "Frankfurt am Main", 7), ("DE", "de", "34117", "Kassel", 3),
    ("DE", "de", "18055", "Rostock", 2), ("DE", "de", "30159", "Hannover", 5), ("DE", "de", "26122", "Oldenburg", 2),
    ("DE", "de", "50667", "Köln", 8), ("DE", "de", "44135", "Dortmund", 7), ("DE", "de", "40213", "Düsseldorf", 5),
    ("DE", "de", "55116", "Mainz", 3), ("DE", "de", "66111", "Saarbrücken", 2), ("DE", "de", "01067", "Dresden", 5),
    ("DE", "de", "04109", "Leipzig", 6), ("DE", "de", "39104", "Magdeburg", 3), ("DE", "de", "24103", "Kiel", 3),
    ("DE", "de", "99084", "Erfurt", 3), ("DE", "en", "60329", "Frankfurt am Main", 3), ("DE", "en", "81667", "München", 2),
    ("FR", "fr", "75011", "Paris", 4), ("FR", "fr", "93200", "Saint-Denis", 4), ("FR", "fr", "59000", "Lille", 3),
    ("FR", "fr", "13001", "Marseille", 2), ("FR", "fr", "67000", "Strasbourg", 3), ("BE", "fr", "1000", "Bruxelles", 2),
    ("BE", "fr", "4000", "Liège", 2), ("BE", "en", "2000", "Antwerpen", 2), ("BE", "en", "1800", "Vilvoorde", 2),
]  # fmt: skip

LABELS = {
    "de": ["Rückzug seit dem Frühjahr", "Neue Freunde, neue Worte", "Streit in der Familie", "Äußerungen im Unterricht",
           "Kanäle auf dem Handy", "Abbruch der Ausbildung", "Fragen nach einer Veranstaltung"],
    "fr": ["Repli depuis le printemps", "Nouveaux amis, nouveaux mots", "Conflit familial", "Propos en classe",
           "Chaînes sur le téléphone", "Arrêt de la formation"],
    "en": ["Withdrawn since spring", "New friends, new words", "Conflict in the family", "Remarks at school",
           "Channels on the phone", "Dropped out of training"],
}  # fmt: skip

_DE = {
    "advice": ["Anrufende Person ist unsicher, ob neue Gewohnheiten ein Zeichen sind. Eher Ablösung und Suche nach Halt. Beruhigt, "
               "Anzeichen erklärt, Rückmeldung jederzeit möglich."],
    "central_case": ["Wünscht regelmäßigen Austausch, keine Beratung vor Ort. Zweites Gespräch in zwei Wochen vereinbart."],
    "referral": ["Seit einigen Monaten neue Gruppe, Abbruch alter Kontakte, abwertende Sprache. Familie wünscht Beratung vor Ort und ist "
                 "mit der Weitergabe einverstanden."],
    "security": ["Konkrete Reisepläne, Fahrkarte gesehen. Anrufende Person wirkt glaubwürdig und besorgt."],
    "child_protection": ["Minderjährige Person, Versorgung und Aufsicht fraglich. Jugendamt noch nicht informiert."],
    "verify_first": ["Hinweis aus zweiter Hand während eines Sorgerechtsstreits. Angaben widersprüchlich."],
}  # fmt: skip
_FR = {
    "advice": ["La personne se demande si de nouvelles habitudes sont un signe. Plutôt une recherche de repères. Rassurée, signes "
               "expliqués, rappel possible à tout moment."],
    "central_case": ["Souhaite un échange régulier, sans suivi sur place. Deuxième entretien prévu dans deux semaines."],
    "referral": ["Nouveau groupe depuis quelques mois, rupture avec les anciens amis, propos dévalorisants. La famille souhaite un "
                 "accompagnement sur place et accepte la transmission."],
    "security": ["Projet de départ précis, billet vu. La personne paraît crédible et inquiète."],
    "child_protection": ["Personne mineure, soins et surveillance incertains. Protection de l’enfance pas encore informée."],
    "verify_first": ["Information de seconde main pendant un conflit de garde. Propos contradictoires."],
}  # fmt: skip
_EN = {
    "advice": ["Caller wonders whether new habits are a sign. Rather a search for orientation. Reassured, signs explained, may call "
               "again at any time."],
    "central_case": ["Wants regular exchange, no counselling on the spot. Second conversation agreed for in two weeks."],
    "referral": ["New group for some months, old contacts broken off, derogatory language. The family wants counselling nearby and agrees "
                 "to the referral."],
    "security": ["Concrete travel plans, ticket seen. Caller seems credible and worried."],
    "child_protection": ["A minor; care and supervision doubtful. Youth welfare office not informed yet."],
    "verify_first": ["Second-hand report during a custody dispute. Statements contradict each other."],
}  # fmt: skip
NOTES = {"de": _DE, "fr": _FR, "en": _EN}

DONE = {
    "de": "Mit der zuständigen Stelle besprochen und geklärt.",
    "fr": "Discuté avec le service compétent et clarifié.",
    "en": "Discussed with the competent body and settled.",
}
DROPPED = {
    "de": "Mit der Familie besprochen, es braucht das nicht mehr. (Demo)",
    "fr": "Discuté avec la famille, ce n’est plus nécessaire. (Démo)",
    "en": "Talked about with the family, it is not needed any more. (Demo)",
}
SUMMARY = {
    "de": "Eine Person aus dem Umfeld sucht Unterstützung vor Ort. Veränderungen seit einigen Monaten, Bereitschaft zum Gespräch.",
    "fr": "Une personne de l’entourage cherche un soutien sur place. Changements depuis quelques mois, ouverte au dialogue.",
    "en": "Somebody close to the person looks for support nearby. Changes over some months, willing to talk.",
}
