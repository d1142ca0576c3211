"""Stop and start words, which opt a number out or in. They count only alone in a message. Pure functions.

The provider's words (twilio.com/docs, "opt-out keywords", with those that its Proxy adds for French), and the usual
ones of the languages of ``regions.vocabulary``. Words that people also write as an answer are left out: Turkish "dur"
(stop; French: hard), Italian "fine" and Turkish "son" (end), Bosnian "stani" (stop; also a name). HELP and INFO have
no special meaning, because whoever writes them needs us.
"""

from __future__ import annotations

import re

from regions.plain_text import fold

PROVIDER_STOP = "stop; stopall; unsubscribe; cancel; end; quit; revoke; optout; arret; arrett; arrete"
PROVIDER_START = "start; yes; unstop"
STOP_BY_LANGUAGE = {
    "de": "stopp; stoppen; abmelden; abmeldung; abbestellen; austragen; beenden; ende",
    "fr": "arrêt; arrêter; arrêtez; stop sms; désabonner; désabonnement; désinscrire; désinscription; annuler; fin",
    "nl": "stoppen; afmelden; uitschrijven; einde; annuleren",
    "tr": "durdur; iptal",
    "ar": "توقف; إيقاف; ايقاف; قف; إلغاء; إلغاء الاشتراك",
    "ru": "стоп; отписаться; отписка; отмена; остановить",
    "fa": "توقف; لغو; پایان",
    "uk": "стоп; відписатися; скасувати; зупинити",
    "pl": "stop; koniec; anuluj; wypisz; zatrzymaj",
    "ku": "raweste; rawestîne",
    "ps": "ودرېږه; ودرېږئ",
    "ur": "روکیں; بند کریں",
    "sh": "stop; стоп; prekini; odjava; одјава",
    "sq": "ndal; ndalo",
    "it": "stop; ferma; basta; annulla; disiscrivi; cancellami",
    "es": "alto; baja; parar; detener; cancelar; fin",
    "ro": "stop; oprește; opriți; dezabonare; anulare",
    "lb": "stopp; ofmellen",
}
START_BY_LANGUAGE = {
    "de": "starten; anmelden",
    "fr": "reprendre; recommencer; démarrer",
    "tr": "başlat",
    "ar": "ابدأ",
    "ru": "старт",
    "fa": "شروع",
    "uk": "старт; почати",
    "es": "iniciar; empezar",
    "it": "inizia; riprendi",
    "nl": "starten; hervatten",
}
PARTS = re.compile(r"[^\W_]+")


def _parts(text: str) -> list[str]:
    """The words case-folded, without punctuation."""
    return PARTS.findall(fold(text))


def _known(*lists: str) -> frozenset[str]:
    return frozenset("".join(_parts(word)) for words in lists for word in words.split(";"))


STOP = _known(PROVIDER_STOP, *STOP_BY_LANGUAGE.values())
START = _known(PROVIDER_START, *START_BY_LANGUAGE.values())
#: Longest spelling of a stop word: "st op", "stop all", "S T O P", "Stop stop stop".
MOST_PARTS = 12


def is_stop(text: str) -> bool:
    return _stands_alone(text, STOP)


def is_start(text: str) -> bool:
    return _stands_alone(text, START)


def _stands_alone(text: str, known: frozenset[str]) -> bool:
    """Whether the message is such a word, also with gaps ("opt-out", "S T O P") or repeated ("Stop! Stop!")."""
    parts = _parts(text[:200])
    if not parts or len(parts) > MOST_PARTS or len(text) > 200:
        return False
    return "".join(parts) in known or (len(set(parts)) == 1 and parts[0] in known)
