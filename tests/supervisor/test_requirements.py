from __future__ import annotations

import re

from supervisor import requirements
from supervisor.requirements import CHECKOUT, differences


def test_the_pinned_files_agree_with_pyproject() -> None:
    assert differences() == []
    assert requirements.main(["--check"]) == 0


def test_a_changed_dependency_is_noticed(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    changed = tmp_path / "pyproject.toml"
    text = (CHECKOUT / "pyproject.toml").read_text()
    changed.write_text(text.replace('"celery[redis]', '"kombu", "celery[redis]'))
    monkeypatch.setattr(requirements, "PYPROJECT", changed)
    assert [line.split()[0] for line in differences()] == ["requirements.txt", "requirements-dev.txt"]


def test_every_pin_has_a_hash_and_no_file_names_an_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (CHECKOUT / name).read_text()
        pins = re.split(r"\n(?=[a-z])", text.split("\n", 2)[2])
        assert [pin for pin in pins if not re.match(r"[a-z0-9-]+==\S+[^\n]*\\\n    --hash=sha256:", pin)] == []
        assert re.findall(r"https?:|file:|index-url|find-links", text) == []
