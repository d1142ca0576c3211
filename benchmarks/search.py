"""Word search in what is searchable: working titles and towns of contacts. Narrative is encrypted.

Compared: the newest 25 contacts of the centre with the word, as the search page asks for them (in the process, as the
web's role and as a coordinator, who may see all), with the same `ilike` asked by a superuser without an index. For a
word that about 20 contacts in a million have, one that every fourth has, and two words that stand side by side.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.measure import Bench, Goal, Line, Measure, Wrong, line
from benchmarks.place import Scale
from benchmarks.rows import COMMON, RARE, TWO_WORDS
from benchmarks.staff import COORDINATOR
from foundation.privacy.context import acting_as
from foundation.ui.pagination import SIZE
from hotline.contacts.models import Contact
from hotline.contacts.search import page_of_found, read

WORDS = {"a rare word": RARE, "a common word": COMMON, "two words": TWO_WORDS}
UNINDEXED = """
select id from hotline_contact where centre_id = %s and (label ilike %s or municipality ilike %s)
order by started_at desc, id desc limit 26
"""


def measure(bench: Bench) -> Iterator[Line]:
    for kind, words in WORDS.items():
        found = bench.compare(_unindexed(bench.small, words), _search(bench.small, words))
        yield line(f"word search, {kind}", f"unindexed `ilike` at {bench.small.words}", found, Goal(0.03))
    for kind, words in WORDS.items():
        yield from bench.growth(f"word search, {kind}", lambda scale, words=words: _search(scale, words))  # type: ignore[misc]


def _search(scale: Scale, words: str) -> Measure:
    """Raises Wrong when it does not find what the table holds."""
    actor = scale.people[COORDINATOR]
    centre = scale.centre
    some = len(_rows(scale, words))

    def measured() -> float:
        took, rows = scale.web_role.call(search_seconds, actor, centre, words)
        if rows != min(some, SIZE):
            raise Wrong(f"{rows} of {some} contacts were found")
        return took

    return measured


def search_seconds(actor: int, centre: int, words: str) -> tuple[float, int]:
    """Of one page, in seconds, and how many rows it has."""
    with acting_as(actor, purpose="benchmark"):
        began = time.perf_counter()
        listed = Contact.objects.filter(centre=centre).select_related("caller_type", "region", "handler")
        page = page_of_found(listed, read(words, "DE"), "DE")
        return time.perf_counter() - began, len(page.rows)


def _unindexed(scale: Scale, words: str) -> Measure:
    def measured() -> float:
        began = time.perf_counter()
        _rows(scale, words)
        return time.perf_counter() - began

    return measured


def _rows(scale: Scale, words: str) -> list[tuple[object, ...]]:
    with scale.connect() as connection:
        connection.execute("set enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off")
        return connection.execute(UNINDEXED, [scale.centre, f"%{words}%", f"%{words}%"]).fetchall()
