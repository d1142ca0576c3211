"""Updates the gettext catalogues, without the gettext tools.

`python -m config.messages` collects what Python files and templates hand to gettext and brings the catalogue of every
app (locale/<language>/LC_MESSAGES/django.po) up to date: new sources come in empty (or with the words another app
already has for the very same source), those that are gone are dropped, nothing is guessed. `--check` changes nothing
and names what is missing, fuzzy, obsolete or said in two ways; its exit code is then 1.

The files carry no dates, line numbers or machine paths: the same sources always make the same file. The supervisor
compiles them at start (supervisor/catalogues.py).
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

CHECKOUT = Path(__file__).resolve().parent.parent
APPS = (
    "casework/assessments", "casework/cases", "casework/closures", "casework/consultations", "casework/plans",
    "casework/releases", "casework/reviews",
    "casework/teams", "config", "demo",
    "foundation/accounts", "foundation/journal", "foundation/privacy", "foundation/retention", "foundation/ui",
    "foundation/worklist",
    "handoff/referrals", "hotline/contacts", "hotline/switchboard",
    "hotline/telephony", "hotline/texting", "regions", "reporting/figures", "reporting/publishing", "triage",
)  # fmt: skip
PLURALS = {"de": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}
FUNCTIONS = {
    f"{name}{lazy}": roles
    for name, roles in {
        "gettext": ("msgid",),
        "ngettext": ("msgid", "plural"),
        "pgettext": ("context", "msgid"),
        "npgettext": ("context", "msgid", "plural"),
        "gettext_noop": ("msgid",),
    }.items()
    for lazy in ("", "_lazy")
}
# templatize() leaves calls between blanked-out text, which is no Python; a call's arguments are literals or `count`.
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(?:_|n?p?gettext)\(\s*{LITERAL}(?:\s*,\s*(?:{LITERAL}|count))*\s*\)", re.DOTALL)


class CatalogueSource(NamedTuple):
    """One text in English as gettext knows it; `plural` is empty where there is only one form."""

    msgid: str
    context: str = ""
    plural: str = ""


class NotLiteral(ValueError):
    """A call of gettext whose text is not written at the call: it can be found neither here nor by the catalogue."""


def sources(app: str) -> dict[CatalogueSource, list[str]]:
    """Every text of an app with the files that use it, from its Python files and its templates."""
    found: defaultdict[CatalogueSource, set[str]] = defaultdict(set)
    for path in sorted((CHECKOUT / app).rglob("*")):
        if path.is_file() and "migrations" not in path.parts:
            for source in _in_file(path):
                found[source].add(path.relative_to(CHECKOUT).as_posix())
    return {source: sorted(files) for source, files in sorted(found.items())}


def _in_file(path: Path) -> Iterable[CatalogueSource]:
    if path.suffix == ".py":
        return in_python(path.read_text(encoding="utf-8"), str(path))
    if "templates" in path.parts and path.suffix in {".html", ".txt"}:
        return in_template(path.read_text(encoding="utf-8"), str(path))
    return ()


def in_python(text: str, origin: str) -> Iterator[CatalogueSource]:
    """The texts in calls of gettext, whatever name a file imports it by. Raises NotLiteral with file and line."""
    tree = ast.parse(text, origin)
    names = dict(_imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if (roles := names.get(called)) is not None:
                yield _source(node, roles, origin)


def _imported(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for alias in node.names:
                if alias.name in FUNCTIONS:
                    yield alias.asname or alias.name, FUNCTIONS[alias.name]


def in_template(text: str, origin: str) -> Iterator[CatalogueSource]:
    """The texts of translate, blocktranslate and `_("...")` in a template."""
    for match in CALL.finditer(templatize(text, origin)):
        call = ast.parse(match[0], mode="eval").body
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Name)
        yield _source(call, FUNCTIONS.get(call.func.id, ("msgid",)), origin)


def _source(call: ast.Call, roles: tuple[str, ...], origin: str) -> CatalogueSource:
    literals = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    texts = [literal for literal in literals if isinstance(literal, str)][: len(roles)]
    if len(texts) < len(roles):
        raise NotLiteral(f"{origin}:{call.lineno}: the text of a translation is not written at the call")
    return CatalogueSource(**dict(zip(roles, texts, strict=True)))


def catalogue_path(app: str, language: str) -> Path:
    return CHECKOUT / app / "locale" / language / "LC_MESSAGES" / "django.po"


def read(app: str, language: str) -> polib.POFile:
    """The catalogue as it is on disk; an empty one where there is none."""
    path = catalogue_path(app, language)
    return polib.pofile(str(path), wrapwidth=110) if path.exists() else polib.POFile(wrapwidth=110)


def key(entry: polib.POEntry) -> CatalogueSource:
    return CatalogueSource(entry.msgid, entry.msgctxt or "", entry.msgid_plural or "")


def words(entry: polib.POEntry) -> tuple[str, ...]:
    """The translation's forms, one or one for each plural form."""
    return tuple(entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)) or (entry.msgstr,)


def known(language: str) -> dict[CatalogueSource, tuple[str, ...]]:
    """What any app already says for a source. Django merges the catalogues: the first app wins."""
    found: dict[CatalogueSource, tuple[str, ...]] = {}
    for app in APPS:
        for entry in read(app, language):
            if not entry.obsolete and all(words(entry)):
                found.setdefault(key(entry), words(entry))
    return found


def update(app: str, language: str, elsewhere: dict[CatalogueSource, tuple[str, ...]]) -> polib.POFile:
    """The app's catalogue with exactly its sources, in the order of the alphabet; written where it has any."""
    before = {key(entry): words(entry) for entry in read(app, language) if not entry.obsolete}
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.header = "Words of the field: docs/glossary.md. Made by `python -m config.messages`: change msgstr only."
    catalogue.metadata = {
        "Project-Id-Version": "lotse",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for source, files in sources(app).items():
        own = before.get(source, ())
        catalogue.append(_entry(source, files, own if all(own) and own else elsewhere.get(source, ())))
    if len(catalogue):
        path = catalogue_path(app, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, str(catalogue))
    return catalogue


def _entry(source: CatalogueSource, files: list[str], translation: tuple[str, ...]) -> polib.POEntry:
    occurrences = [(path, "") for path in files]
    entry = polib.POEntry(msgid=source.msgid, msgctxt=source.context or None, occurrences=occurrences)
    if re.search(r"%(\(\w+\))?[sd]", source.msgid + source.plural):
        entry.flags.append("python-format")
    if source.plural:
        entry.msgid_plural = source.plural
        entry.msgstr_plural = dict(enumerate(translation or ("", "")))
    else:
        entry.msgstr = translation[0] if translation else ""
    return entry


def _write(path: Path, content: str) -> None:
    """Writes a file only if it changes, so that it need not be compiled again."""
    if not path.exists() or path.read_text(encoding="utf-8") != content + "\n":
        path.write_text(content + "\n", encoding="utf-8")


def problems(language: str) -> Iterator[str]:
    """A line for each problem: no translation, fuzzy, not in the catalogue, or translated differently elsewhere."""
    first: dict[CatalogueSource, tuple[str, tuple[str, ...]]] = {}
    for app in APPS:
        wanted = sources(app)
        entries = read(app, language)
        live = {key(entry): words(entry) for entry in entries if not entry.obsolete}
        yield from (_problem(app, language, "not in the catalogue", source) for source in wanted if source not in live)
        yield from (_problem(app, language, "no longer used", source) for source in live if source not in wanted)
        for entry in entries:
            if entry.obsolete or entry.fuzzy:
                yield _problem(app, language, "obsolete" if entry.obsolete else "fuzzy", key(entry))
        for source, translation in live.items():
            if not all(translation):
                yield _problem(app, language, "not translated", source)
            other, said = first.setdefault(source, (app, translation))
            if said != translation and all(said) and all(translation):
                yield _problem(app, language, f"{said[0]!r} in {other} but {translation[0]!r} here", source)


def _problem(app: str, language: str, what: str, source: CatalogueSource) -> str:
    return f"{app} {language}: {what}: {source.msgid!r}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.messages", description="Keep the catalogues.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 where something is open")
    if not parser.parse_args(arguments).check:
        for language in PLURALS:
            elsewhere = known(language)
            counts = [f"{app} {len(update(app, language, elsewhere))}" for app in APPS]
            print(f"{language}: {', '.join(counts)}")
    found = [problem for language in PLURALS for problem in problems(language)]
    print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
