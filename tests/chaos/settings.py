"""The settings of the processes that are killed: the real ones, with e-mail into files and a quicker beat."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import CELERY_BEAT_SCHEDULE

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = Path(os.environ["LOTSE_CHAOS_MAIL"])
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

for name, seconds in {"run-steps": 1, "send-notices": 2}.items():
    CELERY_BEAT_SCHEDULE[name].update(schedule=timedelta(seconds=seconds), options={"expires": 2 * seconds})
