"""Accessible PDFs (PDF/UA-1), typeset by typst in a separate process.

Typst needs 34 MB of memory, which the web process should not keep: `pdf_of` starts
``python -m foundation.ui.typesetting TEMPLATE MADE``, which reads the data and writes the PDF. It opens no network
connection, and the fonts are those inside typst's wheel. All texts reach the template as data, so none is markup.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
TIMEOUT = 60  # seconds
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Typst's error for a text that none of its fonts can show; PDF/UA does not allow the usual empty box.
NOT_IN_THE_FONTS = re.compile(r'the text `"(.+?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
INSTEAD = "□"
PATIENCE = 3  # attempts
#: Latin, Greek, Cyrillic and common punctuation. If typst names no single character (combining marks, some joining
#: scripts), all others are replaced.
UNSURE = re.compile(
    r"[^\x20-\x7e\xa0-\u017f\u0218-\u021b\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u2010-\u2022\u202f\u2026\u20ac□]"
)


class TypesettingFailed(Exception):
    """The message is that of typst or of the operating system."""


def pdf_of(template: Path, data: Mapping[str, Any], *, made: datetime, timeout: float | None = None) -> bytes:
    """The PDF of a typst template that reads ``data`` from ``sys.inputs.data``; the same bytes for the same arguments.

    Characters that the fonts lack, such as Chinese ones, are printed as □; ``sys.inputs.replaced`` is then ``yes``.
    Raises TypesettingFailed, at the latest after ``timeout`` seconds (TIMEOUT).
    """
    lasts = TIMEOUT if timeout is None else timeout
    command = [sys.executable, "-m", "foundation.ui.typesetting", str(template), str(int(made.timestamp()))]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(_printable(data), ensure_ascii=False).encode(),
            capture_output=True,
            cwd=CHECKOUT,
            timeout=lasts,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TypesettingFailed(f"typesetting took longer than {lasts} seconds") from error
    except OSError as error:
        raise TypesettingFailed(str(error)) from error
    if done.returncode:
        raise TypesettingFailed(done.stderr.decode(errors="replace").strip() or f"it ended with {done.returncode}")
    return done.stdout


def clean(said: str) -> str:
    """The text without characters that XML does not allow."""
    return NOT_XML.sub("", said)


def _printable(value: Any) -> Any:
    """The value without control characters, at any depth."""
    if isinstance(value, Mapping):
        return {key: _printable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(one) for one in value]
    return clean(value) if isinstance(value, str) else value


# --- in the separate process ---


def typeset(template: Path, data: str, made: int) -> bytes:
    """Compile in this process. ``data``: JSON; ``made``: seconds since 1970. Raises TypesettingFailed."""
    import typst

    wanted, attempts = data, 0
    while True:
        try:
            return typst.compile(
                template,
                sys_inputs={"data": data, "replaced": "" if data == wanted else "yes"},
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=made,
            )
        except typst.TypstError as error:
            attempts += 1
            simpler = _with_signs_replaced(data, error.diagnostic, attempts)
            if simpler == data:
                raise TypesettingFailed(error.diagnostic or error.message) from error
            data = simpler


def _with_signs_replaced(data: str, diagnostic: str, attempts: int) -> str:
    """Replace what typst could not show; after several attempts, all uncertain characters. Else unchanged."""
    missing = signs_without_a_font(diagnostic)
    if missing and attempts < PATIENCE:
        return data.translate(dict.fromkeys(map(ord, missing), INSTEAD))
    return UNSURE.sub(INSTEAD, data)


def signs_without_a_font(diagnostic: str) -> set[str]:
    """The characters that typst reports; never ASCII, which the fonts have."""
    texts = NOT_IN_THE_FONTS.findall(diagnostic)
    plain = "".join(ESCAPED.sub(lambda found: chr(int(found[1], 16)), one) for one in texts)
    return {sign for sign in plain if not sign.isascii()}


def main(arguments: list[str]) -> int:
    template, made = arguments
    try:
        sys.stdout.buffer.write(typeset(Path(template), sys.stdin.buffer.read().decode(), int(made)))
    except (TypesettingFailed, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
