"""Compile the gettext catalogues: every locale/<language>/LC_MESSAGES/*.po to a .mo beside it, where it is older."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from supervisor.errors import Refused

CHECKOUT = Path(__file__).resolve().parent.parent


def compile_stale(checkout: Path = CHECKOUT) -> list[Path]:
    """Bring the compiled catalogues up to date and return those that were made. Raises Refused with file and line."""
    found = [po for rooms in ("*", "*/*") for po in checkout.glob(f"{rooms}/locale/*/LC_MESSAGES/*.po")]
    return [_compile(po) for po in sorted(found) if _is_stale(po)]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns


def _compile(po: Path) -> Path:
    import polib  # not at the top, because most starts compile nothing

    try:
        content = polib.pofile(str(po)).to_binary()
    except (OSError, UnicodeDecodeError) as error:  # polib's syntax errors are OSErrors that name file and line
        raise Refused(f"A catalogue cannot be compiled: {error}") from None
    handle, name = tempfile.mkstemp(dir=po.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    os.replace(name, po.with_suffix(".mo"))
    return po.with_suffix(".mo")
