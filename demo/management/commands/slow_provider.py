"""Measures a running demo while the telephone provider is slow."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.call_setup import NotReady, find_stage, run_to_the_end
from demo.people import PASSWORD
from demo.shift import call_in
from demo.slow import measure


class Command(BaseCommand):
    help = "Measures in a running demo how soon calls are connected while the provider is slow; prints JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        known = settings.TELEPHONY
        try:
            stage = find_stage(with_handlers=True)
        except NotReady as missing:
            raise CommandError(str(missing)) from None
        work = measure(
            call_in(stage.coordinator, 4),
            PASSWORD,
            url=settings.LOTSE_PUBLIC_BASE_URL,
            public_url=known["public_url"],
            account=known["account"],
            token=known["token"],
            api_url=known["api_url"],
            number=stage.number,
        )
        try:
            found = run_to_the_end(work)
        except NotReady as stopped:
            raise CommandError(str(stopped), returncode=130) from None
        self.stdout.write(
            json.dumps({"alone": found.alone, "beside": found.beside, "ratio": found.ratio, "retries": found.retries})
        )
