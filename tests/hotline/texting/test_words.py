"""Stop words of the provider and of our languages in all spellings, and texts that are none."""

from __future__ import annotations

import unicodedata

import pytest

from hotline.texting.words import PROVIDER_START, START_BY_LANGUAGE, STOP_BY_LANGUAGE, is_start, is_stop
from regions.vocabulary import Language

TWILIO = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
ALL = [word.strip() for words in STOP_BY_LANGUAGE.values() for word in words.split(";")]
#: A stop word, written as people and telephones write it.
WRITTEN = {
    "as it is": "{}",
    "with spaces": " {} \n",
    "with no-break spaces": "\u00a0{}\u202f",
    "with joiners": "\u200d{}\u200c\u2060",
    "with signs of direction": "\u200f\u202b{}\u202c",
    "in isolates": "\u2067{}\u2069",
    "with a variation selector": "{}\ufe0f",
    "with a byte order mark": "\ufeff{}",
    "with a full stop": "{}.",
    "with marks": "¡{}!!!",
    "in quotes": "„{}“",
    "in guillemets": "« {} »",
    "in apostrophes": "'{}'",
    "in brackets": "({})",
    "with emoji": "🛑 {} 🛑️",
    "with an ellipsis": "{}…",
    "in stars": "*{}*",
    "twice": "{0}! {0}!",
}


@pytest.mark.parametrize("form", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("word", [*TWILIO, "Stopp", "Arrêt", "توقف", "стоп", "İPTAL", "odjava"])
def test_stop_word_with_punctuation_is_recognised(word: str, form: str) -> None:
    assert is_stop(form.format(word))
    assert is_stop(form.format(word.upper()))
    assert not is_start(form.format(word))


@pytest.mark.parametrize("word", [*TWILIO, *ALL])
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_stop_word_is_recognised_in_any_case_and_unicode_form(word: str, form: str) -> None:
    for written in (word, word.lower(), word.upper(), word.capitalize()):
        assert is_stop(unicodedata.normalize(form, written)), written


@pytest.mark.parametrize(
    "text", ["S T O P", "opt-out", "Opt out", "STOP ALL", "st\u00adop", "ＳＴＯＰ", "𝗦𝗧𝗢𝗣", "stop sms"]
)
def test_stop_word_is_recognised_with_gaps_and_full_width_letters(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ende der Woche kommt er zurück", "please stop calling me", "Stopp ihn bitte", "go to the end", "Am Ende",
        "I cannot stop", "cancel the appointment on Friday", "quit smoking", "c'est la fin du monde", "Il a arrêté",
        "basta così, ma ho paura", "nonstop", "Stopover", "endlich", "weekend", "HELP", "INFO", "dur", "fine", "son",
        "", " ", "🛑", "!!!", "1", "😭", "no", "nein", "stop?x", "stop " * 200,
    ],
)  # fmt: skip
def test_other_texts_are_no_stop_words(text: str) -> None:
    assert not is_stop(text)


@pytest.mark.parametrize("word", [*PROVIDER_START.split("; "), "Start!", "«UNSTOP»", "Yes.", "старт", "ابدأ", "ｙｅｓ"])
def test_start_words_are_recognised(word: str) -> None:
    assert is_start(word)
    assert not is_stop(word)


def test_lists_cover_our_languages_and_do_not_overlap() -> None:
    assert set(STOP_BY_LANGUAGE) | set(START_BY_LANGUAGE) <= set(Language.values)
    assert not [word for word in ALL if is_start(word)]
