from __future__ import annotations

import asyncio
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from demo.make import refuse_real_data
from demo.people import DOMAIN, PASSWORD
from demo.shift import call_in
from demo.slow import measure
from demo.telephone import MAIN


class Command(BaseCommand):
    help = "Measures in a running demo how soon calls are connected while the provider is slow; prints JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        known = settings.TELEPHONY
        if not settings.LOTSE_DEMO or not known["api_url"]:
            raise CommandError("This is measured in a demo only; start one with ./lotse up.")
        refuse_real_data()
        found = asyncio.run(
            measure(
                call_in(User.objects.get(email=f"crane@{DOMAIN}"), 4),
                PASSWORD,
                url=settings.LOTSE_PUBLIC_BASE_URL,
                public_url=known["public_url"],
                account=known["account"],
                token=known["token"],
                api_url=known["api_url"],
                number=MAIN,
            )
        )
        self.stdout.write(
            json.dumps({"alone": found.alone, "beside": found.beside, "ratio": found.ratio, "retries": found.retries})
        )
