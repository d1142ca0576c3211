"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import Part, Rows

PART = Part(rows=(Rows("reviews_review", title=_("Review")),))
