from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from supervisor.catalogues import compile_stale
from supervisor.errors import Refused

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def po(tmp_path: Path) -> Path:
    directory = tmp_path / "app" / "locale" / "de" / "LC_MESSAGES"
    directory.mkdir(parents=True)
    (directory / "django.po").write_text(HEAD + 'msgid "call"\nmsgstr "Anruf"\n', encoding="utf-8")
    return directory / "django.po"


def test_only_what_is_older_than_its_source_is_compiled(tmp_path: Path, po: Path) -> None:
    assert compile_stale(tmp_path) == [po.with_suffix(".mo")]
    with po.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("call") == "Anruf"
    assert compile_stale(tmp_path) == []


def test_a_broken_catalogue_is_named_with_its_line(tmp_path: Path, po: Path) -> None:
    po.write_text(HEAD + 'word "call"\n', encoding="utf-8")
    with pytest.raises(Refused, match=r"django\.po .*line 4"):
        compile_stale(tmp_path)
