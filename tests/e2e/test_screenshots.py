"""The command that makes pictures of the screens."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from e2e.world import Site

pytestmark = pytest.mark.xdist_group("axe")


def test_pictures_of_some_screens(site: Site, tmp_path: Path) -> None:
    said = StringIO()
    wanted = {"only": ["sign-in", "case", "inbox-ended"], "looks": ["dark", "phone"], "languages": ["fr"]}
    call_command("screenshots", url=site.url, out=tmp_path, email="heron", stdout=said, **wanted)
    names = {f"{screen}_fr_{look}.png" for screen in ("sign-in", "case") for look in ("dark", "phone")}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert said.getvalue().splitlines() == ["sign-in", "case", "inbox-ended: no link leads there"]


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="Chromium is not installed"):
        call_command("screenshots", out=tmp_path)
