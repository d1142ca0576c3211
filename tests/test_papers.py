"""The documents at the top of the checkout: the files that they name exist."""

from __future__ import annotations

import re
from pathlib import Path

from cluster import CHECKOUT

PAPERS = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
#: A path in backquotes: with a slash or an ending, and without blanks, placeholders and patterns.
NAMED = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w-]+\.(?:md|py|toml|yaml|html))(?:::\w+)?`")
LINKED = re.compile(r"\]\(([^)#:]+)\)")
LONGEST_README = 150


def named_paths(paper: str) -> list[str]:
    text = (CHECKOUT / paper).read_text(encoding="utf-8")
    return NAMED.findall(text) + LINKED.findall(text)


def missing(paths: list[str]) -> list[str]:
    return [path for path in paths if not (CHECKOUT / path).exists() and not is_short_for_many(path)]


def is_short_for_many(path: str) -> bool:
    """`actions.py` stands for the file of that name in each app."""
    return "/" not in path and any(CHECKOUT.glob(f"*/**/{path}"))


def test_named_files_exist() -> None:
    assert {paper: missing(named_paths(paper)) for paper in PAPERS} == {paper: [] for paper in PAPERS}


def test_readme_is_short() -> None:
    assert len((CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()) < LONGEST_README


def test_readme_shows_six_pictures() -> None:
    assert len(re.findall(r"!\[[^\]]+\]\(docs/pictures/\w+\.png\)", Path(CHECKOUT / "README.md").read_text())) == 8


def test_missing_file_is_found() -> None:
    assert missing(["docs/domain.md", "docs/nowhere.md", "actions.py", "nowhere.py"]) == [
        "docs/nowhere.md",
        "nowhere.py",
    ]
